"""Polyfills of RDS."""
