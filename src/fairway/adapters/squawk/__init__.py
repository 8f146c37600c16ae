"""squawk, which reads PostgreSQL's SQL for what hurts a database in use."""
