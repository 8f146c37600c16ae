"""The HTTP client that the command line talks to the server with."""
