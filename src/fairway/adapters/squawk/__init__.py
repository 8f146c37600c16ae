"""squawk (squawkhq.com), the linter for PostgreSQL migrations, as a program beside this one."""
