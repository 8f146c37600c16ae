"""`fairway demo`: the whole story on a sample backend, each step measured and checked."""
