"""Rules about a template as a whole."""
