"""Keeping what tasks print, so that it can be read when they are gone, and reading it."""
