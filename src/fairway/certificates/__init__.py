"""Certificates for the domains of apps: ordered, kept, renewed and presented."""
