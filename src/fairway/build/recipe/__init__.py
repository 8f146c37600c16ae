"""The Dockerfile and .dockerignore of a repository that has none, written from what detection found."""
