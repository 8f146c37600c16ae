"""Samples: the last hour in memory, and thinned ones in files."""
