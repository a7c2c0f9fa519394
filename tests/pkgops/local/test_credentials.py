"""The root credentials of an emulator: made once, readable by their owner alone, in no representation."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import Any

import pytest

from pkgops.local.credentials import Credentials, load, load_or_create

KEY = "000000000000"


def test_they_are_made_once_for_each_home(tmp_path: Path) -> None:
    file, other = tmp_path / "credentials", tmp_path / "others"
    made = load_or_create(file, KEY)
    assert len(made.secret) == 40
    assert load_or_create(file, KEY) == load(file, KEY) == made
    assert load_or_create(other, KEY).secret != made.secret
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["credentials", "others"]


def test_they_have_the_form_of_the_sdks(tmp_path: Path) -> None:
    made = load_or_create(tmp_path / "credentials", KEY)
    found = configparser.ConfigParser()
    found.read(tmp_path / "credentials")
    assert dict(found["default"]) == {"aws_access_key_id": KEY, "aws_secret_access_key": made.secret}


def test_of_many_at_once_one_makes_them(tmp_path: Path, at_once: Any) -> None:
    file = tmp_path / "credentials"
    assert len({made.secret for made in at_once(lambda _: load_or_create(file, KEY), 8)}) == 1


@pytest.mark.parametrize("content", [b"", b"aws_secret_access_key = short", b"\xff\xfe", b"\0" * 100])
def test_damaged_ones_are_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "credentials"
    file.write_bytes(content)
    assert load(file, KEY) is None
    made = load_or_create(file, KEY)
    assert load(file, KEY) == made
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    made = load_or_create(file, KEY)
    file.chmod(0o644)
    assert load_or_create(file, KEY) == made
    assert file.stat().st_mode & 0o777 == 0o600


def test_they_do_not_show() -> None:
    assert "secret-value" not in repr(Credentials(KEY, "secret-value"))
