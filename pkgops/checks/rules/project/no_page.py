"""Systems without documentation."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import INFO
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    names = [f"docs/systems/{subject.system.key}.md", f"docs/{subject.system.key}.md"]
    if any((subject.root / name).is_file() for name in names):
        return
    readme = subject.root / "README.md"
    if not readme.is_file() or subject.system.key not in readme.read_text(encoding="utf-8").lower():
        yield Found(f"System {subject.system.key} has no documentation page.", file=names[0])


_TEMPLATE = 'scope.add(sns.Topic("News"))'
RULE = Rule(
    id="P902",
    title="System without documentation",
    severity=INFO,
    reason="A page says what the system does, what it depends on, and where to look first when it fails.",
    remedy="Write docs/systems/<system>.md, or a section of README.md that names the system.",
    find=_find,
    bad=Example(_TEMPLATE),
    good=Example(_TEMPLATE, {"docs/systems/shop.md": "# Shop\n"}),
)
