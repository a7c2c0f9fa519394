"""The companions of this project's systems: ``companions.<system>.<name>``."""
