"""Functions called from the command line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.functions import Function
from pkgops.errors import UsageError
from pkgops.operate.invoke import invoke, payload
from tests.pkgops.fakes.functions import FakeFunctions

KNOWN = [Function("api", "ScanFunction", "pkgwatch-scan", "handlers/pkgwatch/api/scan.py", "/aws/lambda/pkgwatch-scan")]


def _scan(event: dict[str, Any]) -> dict[str, Any]:
    print("scanning")  # noqa: T201 - its log
    return {"found": event["names"]}


def test_an_answer_is_parsed_and_its_log_read() -> None:
    port = FakeFunctions({"pkgwatch-scan": _scan})
    answer = invoke(KNOWN, "ScanHandler", b'{"names": [1]}', port)
    assert (answer.ok, answer.status, answer.payload, answer.error) == (True, 200, {"found": [1]}, "")
    assert [line.text for line in answer.log] == ["scanning", "1.0 ms, 9 of 128 MB"]
    assert port.calls == [("pkgwatch-scan", b'{"names": [1]}', "")]


def test_an_error_is_one_sentence() -> None:
    answer = invoke(KNOWN, "scan", b"{}", FakeFunctions({"pkgwatch-scan": _scan}))
    assert not answer.ok
    assert answer.error == "scan failed: KeyError: 'names'"
    assert answer.log[-2].level == "ERROR"


def test_a_name_that_means_nothing_calls_nothing() -> None:
    port = FakeFunctions({"pkgwatch-scan": _scan})
    with pytest.raises(UsageError, match="Unknown function"):
        invoke(KNOWN, "scam!", b"{}", port)
    assert port.calls == []


def test_payload_from_everywhere(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{"ä": 1}')
    assert payload(None) == b"{}"
    assert payload('{"a": "é"}') == '{"a": "é"}'.encode()
    assert payload(f"@{tmp_path / 'event.json'}") == '{"ä": 1}'.encode()
    assert payload("-", io.StringIO("[1]")) == b"[1]"


@pytest.mark.parametrize("given", ["{'a': 1}", "hello", "", "@/nowhere/event.json", "-"])
def test_what_is_no_payload_is_refused(given: str) -> None:
    with pytest.raises(UsageError) as error:
        payload(given, io.StringIO("not json") if given == "-" else None)
    assert "@FILE" in error.value.hint
