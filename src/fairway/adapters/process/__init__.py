"""Programs that live beside the server and outlive it: HAProxy, the registry."""
