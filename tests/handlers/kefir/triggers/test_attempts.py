"""A login has one code, however often Cognito calls the trigger for it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.mail import send
from handlers.kefir.login import attempts
from handlers.kefir.login.codes import new_code
from handlers.kefir.triggers import create_auth_challenge
from tests.handlers.gateway import Context

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def email() -> str:
    return f"{secrets.token_hex(6)}@example.com"


def resumed(table: Table, email: str, after: float) -> Any:
    return attempts.resume(table, email, NOW + timedelta(seconds=after))


def test_a_call_that_did_not_end_is_gone_on_with(table: Table, email: str) -> None:
    code = new_code()
    attempts.begin(table, email, code, NOW)
    assert resumed(table, email, 5.2) == code
    assert resumed(table, email, 10.4) == code  # Cognito calls three times
    attempts.end(table, email, code)
    assert resumed(table, email, 15.6) is None
    assert "digits" not in table.get((f"AUTH#{email}", "CALL"))


@pytest.mark.parametrize("after", [0, 1, 3.9, 10.1, 180])
def test_another_login_has_a_code_of_its_own(table: Table, email: str, after: float) -> None:
    attempts.begin(table, email, new_code(), NOW)
    assert resumed(table, email, after) is None


def test_the_end_of_a_slow_call_leaves_a_later_logins_code(table: Table, email: str) -> None:
    slow, later = new_code(), new_code()
    attempts.begin(table, email, slow, NOW)
    attempts.begin(table, email, later, NOW + timedelta(seconds=1))
    attempts.end(table, email, slow)
    assert resumed(table, email, 6.2) == later


def test_of_repetitions_at_the_same_moment_one_goes_on(table: Table, email: str, at_once: Any) -> None:
    attempts.begin(table, email, new_code(), NOW)
    assert len([one for one in at_once(lambda _: resumed(table, email, 5), 8) if one]) == 1


def created(email: str) -> str:
    event = {"userName": email, "request": {"session": [], "userAttributes": {"email": email}}, "response": {}}
    response = create_auth_challenge.handler(event, Context())["response"]
    return str(response["privateChallengeParameters"]["code"])


def test_the_trigger_called_again_mails_the_same_code(table: Table, patched: Any, mails: Any, email: str) -> None:
    patched.setenv("STAGE", "prod")
    patched.setenv("FROM_EMAIL", "login@kefirproducer.com")
    code = new_code()
    attempts.begin(table, email, code, datetime.now(UTC) - timedelta(seconds=5))
    assert created(email) == code.digits
    (mail,) = mails(email)
    assert code.digits in mail["BodyText"]
    assert created(email) != code.digits  # that one has ended


@pytest.fixture
def silent(patched: Any) -> Iterator[socket.socket]:
    """SES accepts connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        patched.setenv("AWS_ENDPOINT_URL_SES", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield server


def test_a_mail_that_is_waited_for_is_tried_once_for_two_seconds(silent: socket.socket, patched: Any) -> None:
    patched.setattr(aws, "_CLIENTS", {})
    with pytest.raises(ServiceError):
        send("a@kefirproducer.com", "b@example.com", "s", "t", "h", quick=True)
    (ses,) = aws._CLIENTS.values()
    assert ses.meta.config.connect_timeout + ses.meta.config.read_timeout == 2
    silent.setblocking(False)
    silent.accept()[0].close()
    with pytest.raises(BlockingIOError):
        silent.accept()
