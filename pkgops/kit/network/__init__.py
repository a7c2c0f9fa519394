"""Networks of a system's own, and what runs in them."""
