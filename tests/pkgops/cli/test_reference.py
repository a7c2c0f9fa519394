"""The reference in docs/reference is the generated one."""

from __future__ import annotations

import pytest

from pkgops.cli import reference
from pkgops.cli.kit_reference import kit_pages
from tests.repository import ROOT

FOLDER = ROOT / "docs" / "reference"


def test_the_reference_is_generated():
    made = reference.pages(ROOT)
    stale = [name for name, text in made.items() if not same(name, text)]
    assert not stale, "Run: python -m pkgops.cli.reference"


def same(name, text):
    path = FOLDER / name
    return path.is_file() and path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("part", ["cli", "kit"])
def test_no_page_of_something_removed(part):
    assert {str(path.relative_to(FOLDER)) for path in (FOLDER / part).rglob("*.md")} <= set(reference.pages(ROOT))


def test_every_module_of_the_kit_has_a_page():
    made = reference.pages(ROOT)
    kit = ROOT / "pkgops" / "kit"
    modules = {path.relative_to(kit.parent).with_suffix(".md").as_posix() for path in kit.rglob("[a-z]*.py")}
    assert len(modules) > 20
    assert modules <= set(made)
    assert "- `read_write() -> Link`: Reads and writes items." in made["kit/links.md"]
    assert "    hash: str = 'pk'," in made["kit/table.md"]
    assert "    *,\n    signed: str=''," in made["kit/cdn/origins.md"]


def test_a_module_of_the_kit_without_an_example_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        kit_pages(tmp_path, "")


def test_every_setting_and_stage_key_is_there():
    text = reference.pages(ROOT)["settings.md"]
    assert "| `stripe_price_pro` | `STRIPE_PRICE_PRO` | str | `''` |" in text
    assert "| `protected` | bool | `False` |" in text


def test_writing_removes_pages_of_old_commands(tmp_path):
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "gone.md").write_text("old")
    reference.write(tmp_path, ROOT)
    assert not (tmp_path / "cli" / "gone.md").exists()
    assert (tmp_path / "cli" / "ls.md").is_file()
