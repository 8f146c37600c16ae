"""The variables of an environment: encrypted, versioned."""
