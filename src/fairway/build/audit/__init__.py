"""The fitness of a repository for production."""
