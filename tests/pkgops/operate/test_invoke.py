"""Invocations from the command line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.functions import Function
from pkgops.errors import UsageError
from pkgops.operate.invoke import invoke, parse_payload
from tests.pkgops.fakes.functions import FakeFunctions

SCAN = Function("api", "ScanFunction", "pkgwatch-scan", "handlers/pkgwatch/api/scan.py", "/aws/lambda/pkgwatch-scan")


def _scan(event: dict[str, Any]) -> dict[str, Any]:
    print("scanning")  # noqa: T201 - its log
    return {"found": event["names"]}


def test_a_result_is_parsed_and_its_log_read() -> None:
    port = FakeFunctions({"pkgwatch-scan": _scan})
    result = invoke(SCAN, b'{"names": [1]}', port)
    assert (result.ok, result.status, result.payload, result.error) == (True, 200, {"found": [1]}, "")
    assert [line.text for line in result.log] == ["scanning", "1.0 ms, 9 of 128 MB"]
    assert port.calls == [("pkgwatch-scan", b'{"names": [1]}', "")]


def test_an_error_is_one_sentence() -> None:
    result = invoke(SCAN, b"{}", FakeFunctions({"pkgwatch-scan": _scan}))
    assert not result.ok
    assert result.error == "scan failed: KeyError: 'names'"
    assert result.log[-2].level == "ERROR"


def test_payload_from_everywhere(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"ä": 1}')
    assert parse_payload(None) == b"{}"
    assert parse_payload('{"a": "é"}') == '{"a": "é"}'.encode()
    assert parse_payload(f"@{tmp_path / 'event.json'}") == '{"ä": 1}'.encode()
    assert parse_payload("-", io.StringIO("[1]")) == b"[1]"


@pytest.mark.parametrize("given", ["{'a': 1}", "hello", "", "@/nowhere/event.json", "-"])
def test_what_is_no_payload_is_refused(given: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_payload(given, io.StringIO("not json") if given == "-" else None)
    assert "@FILE" in error.value.hint
