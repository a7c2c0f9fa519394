"""Kefir, deployed, and users who log in to it by the code in their mail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any
from urllib.request import Request

from pkgops.local.client.emulator import Emulator
from tests.canary import watch
from tests.e2e.conftest import Answer, Deployed, NewProject, exchange
from tests.emulator import client
from tests.handlers.kefir.push.expo_server import ExpoServer, running

RULE = "kefir-app-local-reminder-schedule"
_CODE = re.compile(r"\b[0-9]{6}\b")
_NUMBERS = count(1)


@dataclass
class Kefir:
    """What the app knows of the stack, and what its operator can look into."""

    project: Deployed
    expo: ExpoServer

    @cached_property
    def outputs(self) -> dict[str, str]:
        found: dict[str, dict[str, str]] = self.project.rows("outputs", "--system", "kefir")
        return found["app"]

    @property
    def emulator(self) -> Emulator:
        return self.project.emulator

    @cached_property
    def table(self) -> Any:
        """The DynamoDB client, for what only time or an accident could bring about."""
        return client(self.emulator, "dynamodb")

    @cached_property
    def events(self) -> Any:
        """The client of EventBridge."""
        return client(self.emulator, "events")

    def ask(self, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> Answer:
        """One request; ``body`` bytes as they are, anything else as JSON."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
        return exchange(Request(self.outputs["ApiUrl"] + path, data=data, headers=headers, method=method))

    def cognito(self, operation: str, **sent: Any) -> Answer:
        """What Cognito itself answers to anybody who knows the client's id, without credentials."""
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
        }
        body = json.dumps({"ClientId": self.outputs["UserPoolClientId"], **sent}).encode()
        return exchange(Request(self.emulator.endpoint, data=body, headers=headers, method="POST"))

    def user(self) -> User:
        """Somebody with an address nobody has had before."""
        return User(self, f"brewer-{next(_NUMBERS)}@example.net")

    def invokes(self, function: str, event: Any) -> Any:
        """What a function answers to an event that the gateway of stage local cannot make."""
        name = f"kefir-app-local-{function}"
        answer = client(self.emulator, "lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    def processes(self) -> int:
        """Runs the processor as its rule does; how many due reminders it found."""
        answer = self.project.rows("invoke", "reminder-processor", "--system", "kefir")
        return int(json.loads(answer["payload"]["body"])["processed"])


@dataclass
class User:
    """Somebody; ``tokens`` are there once they have logged in."""

    kefir: Kefir
    email: str
    id: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return self.kefir.ask(method, path, body, self.tokens.get("idToken", ""), **headers)

    def asks_for_code(self) -> Answer:
        return self.kefir.ask("POST", "/auth/login", {"email": self.email})

    def codes(self) -> list[str]:
        """Those in the mail, oldest first."""
        mails = [mail for mail in self.kefir.emulator.messages() if mail.went_to(self.email)]
        return [_CODE.findall(mail.text)[0] for mail in sorted(mails, key=lambda mail: mail.time)]

    def answers(self, code: str, **more: str) -> Answer:
        return self.kefir.ask("POST", "/auth/verify", {"email": self.email, "code": code, **more})

    def logs_in(self) -> User:
        assert self.asks_for_code().status == 200
        answer = self.answers(self.codes()[-1])
        assert answer.status == 200, answer.body
        self.id, self.tokens = answer.json()["user"]["id"], answer.json()["tokens"]
        watch(*(token for name, token in self.tokens.items() if name.endswith("Token")))
        return self

    def batch(self, **more: Any) -> dict[str, Any]:
        """A new batch of this user's, under the documented names."""
        answer = self.ask("POST", "/batches", {"name": "Kefir", "stage": "stage1_open", **more})
        assert answer.status == 201, answer.body
        return dict(answer.json()["batch"])

    def item(self, sort_key: str) -> dict[str, Any]:
        """The row of the table as it is, in DynamoDB's notation."""
        key = {"PK": {"S": f"USER#{self.id}"}, "SK": {"S": sort_key}}
        found = self.kefir.table.get_item(TableName=self.kefir.outputs["TableName"], Key=key, ConsistentRead=True)
        return dict(found["Item"])


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


@contextmanager
def deployed(new_project: NewProject) -> Iterator[Kefir]:
    """Kefir on an emulator of its own, with an Expo that is ours."""
    with running() as expo:
        project = new_project("kefir", settings=f'[local.kefir]\nexpo_base_url = "{expo.url}"\n')
        try:
            project.pkgops("deploy", "kefir", "--yes")
            system = Kefir(project, expo)
            system.events.disable_rule(Name=RULE)  # tests say themselves when reminders are sent
            yield system
        finally:
            project.leave()
