"""Static analysis of handlers: their AWS calls, the targets of those, and the environment variables they read."""
