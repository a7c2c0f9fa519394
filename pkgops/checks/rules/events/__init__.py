"""Rules about queues, streams and alarms."""
