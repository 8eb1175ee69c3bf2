"""What the team can do: one verb, one transaction, no Slack and no HTTP."""
