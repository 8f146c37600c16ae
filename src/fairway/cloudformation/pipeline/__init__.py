"""The PIPELINE stack: from a push to the environments."""
