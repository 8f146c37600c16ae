"""The DATA stack of an environment: its variables, its databases, and who may change its services."""
