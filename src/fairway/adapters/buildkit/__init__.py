"""BuildKit behind the builder port."""
