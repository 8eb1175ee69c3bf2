"""A stand-in for Slack with a web page, for a laptop without Slack."""
