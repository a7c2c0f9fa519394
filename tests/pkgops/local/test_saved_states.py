"""Is only what is whole restored, and is all else told?"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pkgops.local.home import Home
from pkgops.local.saved_states import Restored, SavedStates
from tests.damage import DAMAGES, Damage

CODE = b"code " * 10_000  # larger than what is copied
CODE_NAME = "3" * 64 + ".zip"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "pkgops" / "local")
    made.snapshots.mkdir(parents=True)
    made.service_files.mkdir()
    return made


def save(home: Home, word: str, *, alone: bool = False) -> Path:
    """Saves a state in which everything says ``word``."""
    states = SavedStates(home)
    target = states.begin()
    put(home.objects / "1" / "bucket" / "key", word.encode())
    put(home.service_files / "key.pem", word.encode())
    put(home.service_files / "lambda-blobs" / CODE_NAME, CODE)
    states.link_objects(target)
    for service in ("dynamodb", "s3"):
        (states.services(target) / f"{service}.json").write_text(f'"{service} {word}"', encoding="utf-8")
    states.seal(target)
    states.publish(target)
    states.prune(alone=alone)
    return target.with_suffix("")


def put(path: Path, body: bytes) -> None:
    """Replaces a file, as S3 and Lambda do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name("fresh")
    fresh.write_bytes(body)
    fresh.replace(path)


def said(home: Home, restored: Restored) -> list[str]:
    """What is there after a start: the word of the table, of the object and of the key."""
    assert restored.services is not None
    files = (restored.services / "dynamodb.json", home.objects / "1/bucket/key", home.service_files / "key.pem")
    return [path.read_text(encoding="utf-8").strip('"').removeprefix("dynamodb ") for path in files]


def test_the_newest_comes_back_with_the_objects_of_its_moment(home: Home) -> None:
    save(home, "one")
    save(home, "two")
    put(home.objects / "1" / "bucket" / "key", b"three")  # after the last state, as is what follows
    put(home.objects / "1" / "bucket" / "more", b"three")
    restored = SavedStates(home).restore()
    assert said(home, restored) == ["two", "two", "two"]
    assert (restored.damaged, restored.lost, restored.gone) == ((), (), False)
    assert not (home.objects / "1" / "bucket" / "more").exists()


def test_two_are_kept_and_one_after_a_reset(home: Home) -> None:
    for word in ("one", "two", "three"):
        save(home, word)
    assert len(list(home.snapshots.iterdir())) == 2
    save(home, "empty", alone=True)
    assert len(list(home.snapshots.iterdir())) == 1


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", ["services/dynamodb.json", "services/s3.json", "manifest.json"])
def test_a_damaged_state_is_passed_over_for_the_one_before(home: Home, file: str, damage: Damage) -> None:
    save(home, "one")
    newest = save(home, "two")
    damage(newest / file, random.Random(0))
    restored = SavedStates(home).restore()
    assert said(home, restored) == ["one", "one", "one"]
    assert [name for _, name in restored.damaged] == [Path(file).name]
    assert newest.with_suffix(".damaged").is_dir()
    assert SavedStates(home).restore().damaged == ()  # told once
    save(home, "three")
    save(home, "four")
    assert said(home, SavedStates(home).restore()) == ["four", "four", "four"]
    assert len(list(home.snapshots.iterdir())) == 3  # the damaged one is still there to be looked at
    save(home, "empty", alone=True)
    assert len(list(home.snapshots.iterdir())) == 1


def test_if_none_is_whole_there_is_nothing_and_that_is_told(home: Home) -> None:
    for state in (save(home, "one"), save(home, "two")):
        shutil.rmtree(state / "services")
    restored = SavedStates(home).restore()
    assert restored.services is None
    assert [name for _, name in restored.damaged] == ["dynamodb.json", "dynamodb.json"]
    assert not home.objects.exists()


def test_states_that_were_removed_are_missed(home: Home) -> None:
    assert SavedStates(home).restore() == Restored()
    save(home, "one")
    shutil.rmtree(home.snapshots)
    assert SavedStates(home).restore() == Restored(gone=True)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_object_is_left_out_and_named(home: Home, damage: Damage) -> None:
    """In the state and, as it is the same file, where S3 has it."""
    newest = save(home, "one")
    damage(newest / "objects/1/bucket/key", random.Random(0))
    damage(home.objects / "1/bucket/key", random.Random(1))
    restored = SavedStates(home).restore()
    assert restored.services is not None
    assert restored.lost == ("1/bucket/key",)
    assert not (home.objects / "1/bucket/key").exists()


def test_code_is_found_among_the_artifacts(home: Home) -> None:
    newest = save(home, "one")
    blob = home.service_files / "lambda-blobs" / CODE_NAME
    blob.write_bytes(b"garbled")
    assert (newest / "kept/lambda-blobs" / CODE_NAME).read_bytes() == b"garbled"  # the same file
    assert SavedStates(home).restore().lost == (f"lambda-blobs/{CODE_NAME}",)
    put(home.root.parent / "artifacts" / CODE_NAME, CODE)
    assert SavedStates(home).restore().lost == ()
    assert blob.read_bytes() == CODE


def test_a_key_that_is_damaged_comes_back(home: Home) -> None:
    save(home, "one")
    (home.service_files / "key.pem").write_bytes(b"garbled")
    assert said(home, SavedStates(home).restore()) == ["one", "one", "one"]


def test_what_was_not_completed_is_removed(home: Home) -> None:
    save(home, "one")
    states = SavedStates(home)
    target = states.begin()
    states.link_objects(target)
    (states.services(target) / "dynamodb.json").write_text('"dynamodb tw', encoding="utf-8")
    assert said(home, SavedStates(home).restore()) == ["one", "one", "one"]
    assert not target.exists()


def test_a_clock_that_was_set_back_changes_no_order(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    save(home, "one")
    monkeypatch.setattr("time.time_ns", lambda: 1)
    save(home, "two")
    assert said(home, SavedStates(home).restore()) == ["two", "two", "two"]


def test_nothing_is_read_twice(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flushing and hashing an object each time would take long where there are many."""
    save(home, "one")
    flushed: list[int] = []
    flush: Callable[[int], None] = os.fsync
    monkeypatch.setattr("os.fsync", lambda file: (flushed.append(os.fstat(file).st_ino), flush(file))[1])
    code = (home.service_files / "lambda-blobs" / CODE_NAME).stat().st_ino
    save_again = SavedStates(home)
    target = save_again.begin()
    save_again.link_objects(target)
    save_again.seal(target)
    assert code not in flushed
