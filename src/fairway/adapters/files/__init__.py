"""Keeping in plain files."""
