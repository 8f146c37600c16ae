"""The stages of an execution, one short file each."""
