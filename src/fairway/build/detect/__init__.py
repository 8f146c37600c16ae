"""What a repository is, and how it is built and started: concluded from its files, each with its place."""
