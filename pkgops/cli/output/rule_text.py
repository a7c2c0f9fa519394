"""The page of a rule: for the terminal, for the reference, and as fields."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent, wrap

from pkgops.checks.kit.rule import Example, Rule

_WIDTH = 100


def rule_text(rule: Rule) -> str:
    """The page for the terminal."""
    lines = [f"{rule.id} {rule.title} ({rule.severity})", ""]
    lines += [*wrap(rule.reason, _WIDTH), "", *wrap(f"Remedy: {rule.remedy}", _WIDTH)]
    if notes(rule):
        lines += ["", *wrap(notes(rule), _WIDTH)]
    for name, example in (("Found", rule.bad), ("Not found", rule.good)):
        lines += ["", f"{name}:"]
        for path, text in parts(example):
            lines += ["", *([f"  {path}"] if path else []), indent(text.rstrip("\n"), "    ")]
    return "\n".join(lines)


def rule_fields(rule: Rule) -> dict[str, object]:
    """The page for programs."""
    return {
        "rule": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "reason": rule.reason,
        "remedy": rule.remedy,
        "stops_deployments": rule.gate and rule.severity == "error",
        "production_only": rule.production,
        "bad": dict(parts(rule.bad)),
        "good": dict(parts(rule.good)),
    }


def rule_page(rule: Rule) -> Iterator[str]:
    """The lines of the rule's section in the reference."""
    yield from (f"### {rule.id}: {rule.title}", "")
    severity = rule.severity.capitalize()
    yield from (f"{severity}. {rule.reason}", "", f"**Remedy:** {rule.remedy}", "")
    if notes(rule):
        yield from (notes(rule), "")
    for name, example in (("Found", rule.bad), ("Not found", rule.good)):
        yield from (f"{name}:", "")
        for path, text in parts(example):
            shown = f"# {path}\n" if path and path.endswith(".py") else f"<!-- {path} -->\n" if path else ""
            kind = "python" if not path or path.endswith(".py") else "markdown"
            yield from (f"```{kind}", f"{shown}{text}".rstrip("\n"), "```", "")


def notes(rule: Rule) -> str:
    """Where the rule applies, and its effect on deployments."""
    found = ["It applies to stage prod and to protected stages."] if rule.production else []
    found += ["It stops a deployment."] if rule.gate and rule.severity == "error" else []
    found += ["A deployment shows it."] if rule.gate and rule.severity == "warning" else []
    return " ".join(found)


def parts(example: Example) -> Iterator[tuple[str, str]]:
    """(path, text) of what an example consists of; the body of the stack's build function has no path."""
    if example.template:
        yield "", example.template
    yield from example.files.items()
