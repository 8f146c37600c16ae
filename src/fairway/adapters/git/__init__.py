"""Git behind the source port."""
