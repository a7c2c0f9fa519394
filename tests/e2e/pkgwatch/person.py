"""Somebody with an address, a browser's cookie and a look at the mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.canary import watch
from tests.e2e.conftest import Answer, Deployed

_NUMBERS = count(1)


@dataclass
class Person:
    """One account in the making; ``cookie`` is the session's ("" before), ``key`` an API key once seen."""

    pkgwatch: Deployed
    email: str
    cookie: str = ""
    key: str = ""

    def asks(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        """A request as the dashboard makes it."""
        headers = {"Origin": "https://pkgwatch.dev", **({"Cookie": self.cookie} if self.cookie else {})}
        answer = self.pkgwatch.request(method, path, body, key, headers)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            watch(self.cookie.partition("=")[2])
        return answer

    def mails(self) -> list[dict[str, Any]]:
        """What arrived, oldest first."""
        found = self.pkgwatch.rows("local", "mail", "--to", self.email)
        assert isinstance(found, list)
        return found

    def link(self) -> str:
        """The link of the newest mail."""
        return self.pkgwatch.pkgops("local", "mail", "--to", self.email, "--link").stdout.strip()

    def signs_up(self, **body: str) -> Answer:
        answer = self.asks("POST", "/signup", {"email": self.email, **body})
        assert answer.status == 200, answer.body
        return answer

    def verifies(self) -> Answer:
        """Follows the link of the mail; logged in from here on."""
        answer = self.asks("GET", self.link())
        assert answer.location == ("https://pkgwatch.dev/dashboard", {"verified": "true"})
        return answer

    def sees_key(self) -> str:
        """The API key, which is shown once."""
        answer = self.asks("GET", "/api-keys/pending")
        assert answer.status == 200, answer.body
        self.key = answer.json()["api_key"]
        watch(self.key)
        return self.key

    def me(self) -> dict[str, Any]:
        """The account as the dashboard shows it."""
        answer = self.asks("GET", "/auth/me")
        assert answer.status == 200, answer.body
        return dict(answer.json())


def someone(pkgwatch: Deployed, name: str = "person") -> Person:
    """Nobody has had this address before."""
    return Person(pkgwatch, f"{name}-{next(_NUMBERS)}@example.net")


def member(pkgwatch: Deployed, name: str = "member", **signup: str) -> Person:
    """An account fresh from the mail's link, its key seen."""
    person = someone(pkgwatch, name)
    person.signs_up(**signup)
    person.verifies()
    person.sees_key()
    return person


def attributes(cookie: str) -> dict[str, str]:
    """A Set-Cookie header's parts."""
    return {name: value for name, _, value in (part.partition("=") for part in re.split(r";\s*", cookie))}
