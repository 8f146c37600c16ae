"""What is wrong with a migration: its SQL read by a grammar, and held against the database that it would change."""
