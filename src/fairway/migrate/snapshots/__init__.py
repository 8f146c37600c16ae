"""Copies of a database by RDS itself: a snapshot is the backup, and an instance from it what is rehearsed on."""
