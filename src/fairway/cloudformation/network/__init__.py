"""The NETWORK stack: where everything stands, and how it reaches the world."""
