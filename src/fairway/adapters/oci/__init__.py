"""CNCF Distribution behind the registry port."""
