"""Rules about what must not be lost or read by others."""
