"""The migration guard: no migration reaches an environment's data that has not succeeded on a copy of it."""
