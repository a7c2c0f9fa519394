"""The requests the emulator refuses."""

from __future__ import annotations

import httpx
import pytest

from pkgops.local.request_policy import allowed

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4566", "127.0.0.1.nip.io", "localhost.evil.example", ""]
)
def test_a_foreign_host_is_refused(host):
    assert not allowed(host, "/", cross_site=False)


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566", "[::1]:4566", "a1.execute-api.localhost:4566"])
def test_this_machine_is_answered(host):
    assert allowed(host, "/", cross_site=False)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/_aws/execute-api/a1/v1/health", True),
        ("/_aws/lambda-url/u1/", True),
        ("/", False),
        ("/_ministack/reset", False),
        ("/2015-03-31/functions", False),
        ("/bucket/key", False),
        ("/../_aws/execute-api/", False),
    ],
)
def test_a_page_reaches_only_what_is_deployed(path, expected):
    assert allowed("127.0.0.1:4566", path, cross_site=True) is expected


def test_the_server_is_guarded(emulator):
    foreign = httpx.get(emulator.endpoint + "/_ministack/health", headers={"Host": "evil.example"})
    assert foreign.status_code == 403
    page = {"Origin": "https://evil.example"}
    assert httpx.post(emulator.endpoint + "/_ministack/reset", headers=page).status_code == 403
    preflight = page | {"Access-Control-Request-Method": "POST"}
    assert httpx.options(emulator.endpoint + "/", headers=preflight).status_code == 403
    assert httpx.get(emulator.endpoint + "/_pkgops/identity", headers=page).status_code == 403
