"""The reference in docs/reference is the generated one."""

from __future__ import annotations

from pkgops.cli import reference
from tests.repository import ROOT

FOLDER = ROOT / "docs" / "reference"


def test_the_reference_is_generated():
    made = reference.pages(ROOT)
    stale = [name for name, text in made.items() if not same(name, text)]
    assert not stale, "Run: python -m pkgops.cli.reference"


def same(name, text):
    path = FOLDER / name
    return path.is_file() and path.read_text(encoding="utf-8") == text


def test_no_page_of_a_removed_command():
    assert {f"cli/{path.name}" for path in (FOLDER / "cli").glob("*.md")} <= set(reference.pages(ROOT))


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
