"""The databases that Fairway runs: one container with a volume for each environment, made once and never lost."""
