"""The face in Slack: one noun, one file."""
