"""One module for each command: its options, its call, what it prints."""
