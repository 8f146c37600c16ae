"""The Docker Engine behind the engine ports."""
