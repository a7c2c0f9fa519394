"""What the monitoring stack watches."""
