"""Everything that talks to the world: Slack, HTTP, the terminal, the clock."""
