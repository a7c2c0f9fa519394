"""Settings that are not documented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from pkgops.checks.kit.finding import INFO
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    settings = subject.system.settings
    names = [field.name for field in fields(settings)] if is_dataclass(settings) else []
    pages = [subject.root / "README.md", *sorted((subject.root / "docs").rglob("*.md"))] if names else []
    written = "\n".join(path.read_text(encoding="utf-8") for path in pages if path.is_file())
    file = f"{subject.system.package.replace('.', '/')}/settings.py"
    for name in names:
        if name not in written and name.upper() not in written:
            yield Found(f"Setting {name} is not documented.", subject=name, file=file)


_TEMPLATE = 'scope.add(sns.Topic("News"))'
RULE = Rule(
    id="P904",
    title="Undocumented setting",
    severity=INFO,
    reason="Settings are what an operator may change; without documentation they are only found in the code.",
    remedy="Document it in README.md or below docs/.",
    find=_find,
    bad=Example(_TEMPLATE),
    good=Example(_TEMPLATE, {"README.md": "`color` is the color of the news.\n"}),
)
