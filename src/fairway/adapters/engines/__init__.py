"""The ports of databases, each over one adapter for each engine: whoever asks does not ask which."""
