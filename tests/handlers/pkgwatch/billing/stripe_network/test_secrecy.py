"""No error of Stripe's SDK has the key in its text, and the SDK is imported without requests."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback

import pytest
import stripe as sdk

from handlers.common.web.errors import ApiError
from handlers.pkgwatch.billing.stripe_errors import refusals
from handlers.pkgwatch.billing.stripe_sdk import Urllib3Client
from tests.handlers.pkgwatch.fixtures.scripted_server import ScriptedServer, Step, answer, reset_when_asked
from tests.handlers.pkgwatch.fixtures.stripe_calls import KEY, at, buy, client, failed
from tests.repository import ROOT


@pytest.mark.parametrize("ending", ["\n", "\r\nX: y", "\u2013"])
def test_a_key_that_is_no_header_is_not_said(server: ScriptedServer, ending: str) -> None:
    """Such as one that was pasted with its line's end: whoever refuses a header repeats it in the error."""
    http = Urllib3Client(20, 20)
    stripe = sdk.StripeClient(KEY + ending, base_addresses={"api": at(server)}, max_network_retries=1, http_client=http)
    error = failed(stripe)
    assert not error.should_retry
    assert KEY not in "".join(traceback.format_exception(error))
    assert server.requests == []


@pytest.mark.parametrize("fault", [reset_when_asked, answer(500), answer(200, b"nothing")])
def test_no_line_of_the_log_has_the_key(server: ScriptedServer, fault: Step, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.steps = [fault]
    with pytest.raises(ApiError) as caught, refusals():
        buy(client(at(server)))
    assert "Stripe refused a call" in caplog.text
    assert KEY not in caplog.text + "".join(traceback.format_exception(caught.value))
    assert not any(KEY in str(vars(record)) for record in caplog.records)


PROGRAM = """
import sys
from handlers.pkgwatch.billing.stripe_sdk import stripe
assert "requests" not in sys.modules
assert stripe.new_default_http_client().name.startswith(("urllib.", "pycurl"))
stripe.RateLimitError, stripe.APIConnectionError, stripe.SignatureVerificationError, stripe.Webhook
import requests
assert stripe.RequestsClient().requests is requests
"""


def test_the_sdk_is_imported_without_requests_which_can_be_imported_afterwards() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, check=True)
