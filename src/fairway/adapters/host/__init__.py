"""The machine that Fairway runs on, looked at through its programs and files."""
