"""The SERVICES stack of an environment: what runs, behind what, in how many tasks."""
