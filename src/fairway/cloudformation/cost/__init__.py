"""What the stacks of an app cost in a month, read off their templates and priced from a table in the package. Pure."""
