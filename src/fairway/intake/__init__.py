"""A push, a webhook, a poll or a command becomes one execution."""
