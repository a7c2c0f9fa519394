"""Functions of the emulator: each runs in a process of its own, in an environment as on AWS Lambda."""
