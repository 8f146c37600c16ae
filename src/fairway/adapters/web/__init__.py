"""Calls to other hosts, for the actions of a stage."""
