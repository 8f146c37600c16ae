"""Scaling services with their traffic: each second one window of samples becomes a desired count, or does not."""
