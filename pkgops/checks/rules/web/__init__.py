"""Rules about what browsers and strangers reach."""
