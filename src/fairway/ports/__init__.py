"""One small Protocol for each need, in domain types."""
