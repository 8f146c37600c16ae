"""A release becomes desired state, watched to its verdict."""
