"""Rules about the files a project keeps for a system."""
