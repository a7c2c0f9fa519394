"""Messages that were given up: where they are shown, and how they are sent again."""

from __future__ import annotations

import json

import pytest

from pkgops import config
from pkgops.build.build import synthesized
from pkgops.build.functions import functions
from pkgops.connect import connect
from pkgops.operate.browse.dead_letters import Cause, causes
from pkgops.operate.browse.meaning import Meaning
from tests.e2e.keyvex.backend import EMAIL, Backend

pytestmark = pytest.mark.e2e
LETTERS = "keyvex-email-dlq-development"


def cause_of(backend: Backend, user: str) -> Cause:
    """What the console says of the dead letter with that user in it."""
    system = backend.system
    project = config.load("local", "keyvex", system.root, environ={})
    ports, stacks = connect(project.stage, system.root), synthesized(project)
    messages = [one for one in ports.queues.peek(LETTERS, 10) if user in one.body]
    (found,) = causes(messages, Meaning(project, stacks).consumers(EMAIL), functions(stacks), ports.logs)
    return found


def test_a_mail_that_sendgrid_refused_is_sent_once_its_cause_is_mended(backend: Backend) -> None:
    """The real function is handed real deliveries by the test, which does not wait for the time between them."""
    user = backend.name("user")
    mail = {"userId": user, "templateId": "welcome", "data": {"to": f"{user}@example.com", "firstName": "Ada"}}
    rows = lambda: {row["queue"]: row for row in backend.system.rows("queues", "ls", "keyvex")}  # noqa: E731
    dead = rows()[EMAIL]["dead"]
    with backend.mappings_off(EMAIL):
        backend.providers("POST", "/_faults", {"path": "/sendgrid/.*", "status": 403})
        send = ("queues", "send", f"keyvex/{EMAIL}", "--type", "EMAIL_NOTIFICATION", "--data", json.dumps(mail))
        backend.system.pkgops(*send)
        for delivery in (1, 2, 3):
            (record,) = backend.receive(EMAIL, user)
            assert record["attributes"]["ApproximateReceiveCount"] == str(delivery)
            failed = {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
            assert backend.invoke("email", [record]) == failed
            backend.show(EMAIL, record)
        assert backend.receive(EMAIL, user) == []
    assert rows()[EMAIL]["dead"] == dead + 1
    cause = cause_of(backend, user)
    assert cause.sure
    assert (cause.function, "SendGrid answered 403" in cause.text) == ("keyvex-email-processor-development", True)
    log = backend.system.pkgops("tail-logs", "keyvex/email_processor", "--since", "5m").stdout
    assert "SendGrid answered 403" in log
    assert f"{user}@example.com" not in log
    backend.providers("DELETE", "/_faults")
    moved = backend.system.rows("queues", "redrive", f"keyvex/{EMAIL}")
    assert (moved["source"], moved["target"], moved["moved"]) == (LETTERS, EMAIL, dead + 1)
    backend.arrives(f"USER#{user}", "EMAIL#", status="sent")
    assert rows()[EMAIL]["dead"] == 0
    assert len(backend.asked("/sendgrid", user)) == 4  # three were refused
