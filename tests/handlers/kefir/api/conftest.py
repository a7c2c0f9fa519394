"""Kefir's user pool, with the triggers as functions of the emulator, and ways to log in to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handlers.kefir.runtime.settings import settings
from tests.handlers.kefir.conftest import TABLE
from tests.handlers.kefir.triggers import user_pool

SENDER = "login@kefirproducer.com"


@pytest.fixture(scope="session")
def pool_and_client(resources: None, aws: Callable[[str], Any]) -> tuple[str, str]:
    """Their ids."""
    return user_pool.make(aws, {"STAGE": "prod", "FROM_EMAIL": SENDER, "TABLE_NAME": TABLE})


@pytest.fixture(scope="module")
def pool(environment: pytest.MonkeyPatch, pool_and_client: tuple[str, str]) -> Iterator[str]:
    """The pool's id, which is in the functions' environment."""
    made, app = pool_and_client
    with environment.context() as patch:
        patch.setenv("USER_POOL_ID", made)
        patch.setenv("USER_POOL_CLIENT_ID", app)
        settings.cache_clear()
        yield made
    settings.cache_clear()


@pytest.fixture
def email(pool: str) -> str:
    """A new address."""
    return f"{secrets.token_hex(6)}@example.com"


@pytest.fixture
def code(mails: Callable[[str], list[dict[str, Any]]]) -> Callable[[str], str]:
    """``code(email)``: the last code that was sent."""
    return lambda email: mails(email)[-1]["BodyText"].split(" is ")[1][:6]
