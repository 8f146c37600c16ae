"""SQLAlchemy behind the store ports."""
