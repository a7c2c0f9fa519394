"""The deployed system, on an emulator of its own, over HTTP."""

from __future__ import annotations

import json

from pkgops.testing.deployed import Deployed


def test_a_note_is_written_indexed_and_read(deployed: Deployed) -> None:
    key = deployed.secret("notes-app/api-key")
    path = "/notebooks/tests/notes"
    made = deployed.request("POST", path, {"text": "two words"}, headers={"X-Api-Key": key})
    assert made.status == 201, made.text
    note = made.json()

    found = deployed.until(lambda: deployed.request("GET", f"{path}/{note['id']}").json(), lambda row: "words" in row)
    assert (found["text"], found["words"]) == ("two words", "2")
    assert [row["id"] for row in deployed.request("GET", path).json()["notes"]] == [note["id"]]


def test_writing_needs_the_key(deployed: Deployed) -> None:
    assert deployed.request("POST", "/notebooks/tests/notes", {"text": "mine"}).status == 401


def test_what_is_no_note_is_refused(deployed: Deployed) -> None:
    key = deployed.secret("notes-app/api-key")
    refused = deployed.request("POST", "/notebooks/tests/notes", {"text": ""}, headers={"X-Api-Key": key})
    assert (refused.status, "10,000" in refused.json()["error"]) == (400, True)


def test_the_cleanup_leaves_new_notes_alone(deployed: Deployed) -> None:
    assert json.loads(deployed.pkgops("invoke", "cleanup", "--output", "json"))
    assert deployed.request("GET", "/notebooks/welcome/notes").json()["notes"]
