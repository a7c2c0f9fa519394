"""Stripe as a test scripts it, and no AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe as sdk

from pkgops.local.home import Home
from pkgops.local.server import certificate
from tests.handlers.pkgwatch.fixtures.scripted_server import ScriptedServer, scripted


@pytest.fixture(scope="module", autouse=True)
def selling() -> None:
    """No AWS is needed here."""


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of this machine's, and no pause before a repetition."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(sdk.HTTPClient, "INITIAL_DELAY", 0)
    monkeypatch.setattr(sdk.HTTPClient, "MAX_DELAY", 0)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Stripe, as a test scripts it."""
    with scripted() as served:
        yield served


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Where a certificate for loopback is, which the SDK takes for Stripe's."""
    made = Home(tmp_path)
    certificate.context(made)
    monkeypatch.setattr(sdk, "ca_bundle_path", str(made.certificate))
    return made


@pytest.fixture
def secure(home: Home) -> Iterator[ScriptedServer]:
    """Stripe over TLS, with a certificate for localhost."""
    context = certificate.context(home)
    context.set_alpn_protocols(["http/1.1"])
    with scripted(context) as served:
        yield served
