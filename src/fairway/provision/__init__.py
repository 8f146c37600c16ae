"""The app's stacks on AWS: planned, made, changed and taken down, each step told as it goes."""
