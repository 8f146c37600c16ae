"""The only room that knows both rooms and adapters: it puts a server together from its settings."""
