"""Databases of SQL, in a network of their own."""
