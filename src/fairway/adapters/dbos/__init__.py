"""DBOS Transact behind the durable port."""
