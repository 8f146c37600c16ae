"""fairway.toml becomes a domain App, or every finding at once."""
