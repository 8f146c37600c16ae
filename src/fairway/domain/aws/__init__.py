"""The app on AWS, as values: what `[aws]` of fairway.toml asks for, the stacks that make it, and what is seen."""
