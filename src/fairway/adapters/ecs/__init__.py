"""ECS as an engine: services that roll by themselves, one-off tasks, and their logs. Uses `adapters.aws`."""
