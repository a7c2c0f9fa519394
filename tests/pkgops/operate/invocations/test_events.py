"""Events that are saved, and those a function's own trigger would send."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.functions import find_function, functions
from pkgops.build.synth import SynthesizedStack
from pkgops.errors import NotFoundError, RefusedError, UsageError
from pkgops.model import Stage
from pkgops.operate.invocations.generated import KINDS, generate
from pkgops.operate.invocations.saved import read_event, save_event, saved_events
from pkgops.operate.invocations.triggers import triggers
from tests.repository import GOLDEN, SYSTEMS, load_system

DEV = Stage("dev")


def golden(system: str) -> list[SynthesizedStack]:
    """The stacks as they are recorded, with what links them."""
    from pkgops.build.synth import synth

    found = load_system(system)
    stacks = synth(found, DEV, found.settings()) if system == "pkgwatch" else []
    if stacks:
        return stacks
    return [
        SynthesizedStack(system, path.stem, path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted((GOLDEN / system / "dev").glob("*.json"))
    ]


def made(system: str, name: str, kind: str) -> dict[str, Any]:
    stacks = golden(system)
    return generate(find_function(functions(stacks), name), kind, stacks, DEV)


def test_a_request_has_the_routes_method_path_and_parameters() -> None:
    event = made("pkgwatch", "get-package", "api")
    assert event["httpMethod"] == "GET"
    assert set(event["pathParameters"]) <= {"ecosystem", "name", "proxy"}
    assert event["path"].startswith("/")
    assert "{" not in event["path"]
    assert "{" in event["resource"]


def test_a_message_names_its_queue() -> None:
    event = made("pkgwatch", "package-collector", "sqs")
    assert event["Records"][0]["eventSourceARN"].startswith("arn:aws:sqs:us-east-1:")
    json.loads(event["Records"][0]["body"])


def test_a_users_event_is_that_of_its_trigger() -> None:
    event = made("kefir", "pre-sign-up", "cognito")
    assert event["triggerSource"] == "PreSignUp_SignUp"


def test_a_kind_that_starts_no_such_function_is_refused() -> None:
    with pytest.raises(UsageError, match="Nothing of kind cognito") as error:
        made("pkgwatch", "get-package", "cognito")
    assert "api" in error.value.hint


@pytest.mark.parametrize("system", SYSTEMS)
def test_whatever_starts_a_function_has_an_event(system: str) -> None:
    stacks = golden(system)
    for function in functions(stacks):
        for kind in {one.kind for one in triggers(function, stacks)}:
            assert kind in KINDS
            assert json.dumps(generate(function, kind, stacks, DEV))


def test_saved_events_are_files_of_the_function(tmp_path: Path) -> None:
    function = functions(golden("pkgwatch"))[0]
    path = save_event(tmp_path, "pkgwatch", function, "first", {"a": "ü"})
    assert path == Path("events", "pkgwatch", function.short, "first.json")
    assert json.loads(read_event(tmp_path, "pkgwatch", function, "first")) == {"a": "ü"}
    assert saved_events(tmp_path, "pkgwatch", function) == ["first"]
    save_event(tmp_path, "pkgwatch", function, "first", {"a": "ü"})
    with pytest.raises(RefusedError, match="holds another event"):
        save_event(tmp_path, "pkgwatch", function, "first", {"a": 2})
    with pytest.raises(NotFoundError, match="fist") as error:
        read_event(tmp_path, "pkgwatch", function, "fist")
    assert "first" in error.value.hint
    other = replace(function, handler="handlers/pkgwatch/other.py")
    assert not saved_events(tmp_path, "pkgwatch", other)
    (tmp_path / path).write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="is not JSON"):
        read_event(tmp_path, "pkgwatch", function, "first")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "-x", "a b"])
def test_names_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    function = functions(golden("pkgwatch"))[0]
    with pytest.raises(UsageError, match="cannot be called"):
        save_event(tmp_path, "pkgwatch", function, name, {})
    assert not list(tmp_path.iterdir())


def test_what_starts_the_alias_of_a_function_with_snapshots_starts_the_function() -> None:
    """Of every function with an alias that callers name."""
    from tests.templates.conftest import built

    plain, snapped = ([case.stack for case in built("kefir", name)] for name in ("dev", "dev-snap-start"))
    for function in functions(plain):
        expected = [(one.kind, one.detail) for one in triggers(function, plain)]
        assert [(one.kind, one.detail) for one in triggers(function, snapped)] == expected
    assert functions(snapped) == functions(plain)
    assert [one.kind for one in triggers(find_function(functions(snapped), "handle-auth"), snapped)]
