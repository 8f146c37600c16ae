"""Backups: made, proven, kept, restored. The guard stands on them, and so do schedules and people."""
