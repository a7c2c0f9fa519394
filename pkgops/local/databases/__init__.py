"""The real servers that stand in for databases and caches: how one is started, found again, told of and ended."""
