"""Systems without tests."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import INFO
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    folder = subject.root / "tests"
    for path in sorted(folder.rglob("test_*.py")) if folder.is_dir() else ():
        named = subject.system.key in path.relative_to(folder).as_posix()
        if named or subject.system.key in path.read_text(encoding="utf-8"):
            return
    yield Found(f"No test below tests/ mentions {subject.system.key}.", file="tests")


_TEMPLATE = 'scope.add(sns.Topic("News"))'
RULE = Rule(
    id="P903",
    title="System without a test",
    severity=INFO,
    reason="Without a test, users find out whether a change works.",
    remedy="Add tests/<system>/test_*.py; a system runs as a whole on the emulator.",
    find=_find,
    bad=Example(_TEMPLATE),
    good=Example(_TEMPLATE, {"tests/shop/test_news.py": "def test_news(): ...\n"}),
)
