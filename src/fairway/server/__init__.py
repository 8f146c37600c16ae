"""The server's front door: ASGI app, lifespan, auth, problems."""
