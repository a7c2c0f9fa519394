"""A database with the schema of Stream Sales."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.stream_sales.migrate import handler
from tests.postgresql import Database


def asked(database: Database, action: str, development: str = "true", **event: Any) -> dict[str, Any]:
    """The answer of the migration function."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", database.url)
        patch.setenv("DATABASE_DEVELOPMENT", development)
        return handler({"action": action, **event}, None)


@pytest.fixture
def migrated(database: Database) -> Database:
    asked(database, "migrate")
    return database
