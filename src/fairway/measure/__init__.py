"""What services and tasks do and use, measured each second."""
