"""Runs of commands to their end: by hand, or at their times."""
