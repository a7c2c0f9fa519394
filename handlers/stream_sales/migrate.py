"""The migration function, which is in the database's network; as a program it does the same from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from handlers.common.postgresql.actions import Database, answer, program
from handlers.common.postgresql.seeds import Seed
from handlers.stream_sales.seeds import configuration, products, users

DATABASE = Database(
    migrations=Path(__file__).with_name("migrations"),
    seeds=(
        Seed("users", users.write),
        Seed("products", products.write),
        Seed("referral-config", configuration.write_referral_fee, demo=False),
        Seed("reset", configuration.reset, destructive=True),
        Seed("clear", configuration.clear, destructive=True),
    ),
)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answers what `handlers.common.postgresql.actions` takes."""
    return answer(DATABASE, event)


if __name__ == "__main__":
    program(DATABASE)
