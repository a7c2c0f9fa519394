"""Rules about Lambda functions and what they are given."""
