"""How does a Python function run in the emulator? Its own environment, as on AWS Lambda, but a process."""
