"""Which environment variables a repository's code reads."""
