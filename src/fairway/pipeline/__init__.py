"""Executions: their stages in order, durably."""
