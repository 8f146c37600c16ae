"""SQLite behind the ports of `databases`, through the standard library."""
