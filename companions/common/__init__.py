"""What companions of several systems are made of: a server that answers, remembers and injects faults."""
