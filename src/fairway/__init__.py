"""Fairway: push to master and trust what happens next."""
