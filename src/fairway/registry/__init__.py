"""An image gets its digest, and is kept as long as something needs it."""
