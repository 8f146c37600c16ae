"""The world: each technology behind its port."""
