"""Desired state is made true: observe, reconcile, apply."""
