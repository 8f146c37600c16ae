"""A commit becomes an image: what the repository is, the recipe when it has none, and the build itself."""
