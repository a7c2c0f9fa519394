"""Settings of the functions at the edge, which are lines of their code: Lambda@Edge has no environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Pool:
    """Whose tokens let visitors in: what they name as their issuer, the address of its keys, and the app they are
    for."""

    issuer: str
    keys: str
    client: str


@dataclass(frozen=True, slots=True)
class App:
    """The app that users log in to: ``secret`` is "" if it has none, ``tokens`` where it exchanges a code for them."""

    client: str
    secret: str
    tokens: str


@cache
def pool() -> Pool:
    """The pool of this container."""
    get = os.environ.get
    name = get("USER_POOL_ID", "")
    issuer = f"https://cognito-idp.{get('COGNITO_REGION', '')}.amazonaws.com/{name}"
    keys = f"{_emulator()}/{name}" if _emulator() else issuer
    return Pool(issuer, f"{keys}/.well-known/jwks.json", get("CLIENT_ID", ""))


@cache
def app() -> App:
    """The app of this container."""
    get = os.environ.get
    served_by = _emulator() or f"https://{get('COGNITO_HOST', '')}"
    return App(get("CLIENT_ID", ""), get("CLIENT_SECRET", ""), f"{served_by}/oauth2/token")


def _emulator() -> str:
    """The emulator's address, which serves all that Cognito has on several hosts; "" on AWS."""
    return os.environ.get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER") or os.environ.get("AWS_ENDPOINT_URL", "")
