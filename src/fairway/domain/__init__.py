"""Decisions: pure functions on frozen values."""
