"""The templates of mails: which variables each needs, its subject, and its body as text and as HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

Variables = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """``subject`` and ``lines`` (paragraphs of the body) may hold ``{variables}``; ``link`` is the variable whose
    address the button ``label`` leads to. A line whose optional variable is missing is left out. ``body`` makes text
    and HTML of a template that is given them."""

    subject: str
    required: tuple[str, ...]
    lines: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    link: str = ""
    label: str = ""
    body: Callable[[Variables], tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A mail's content; ``text`` or ``html`` may be "", not both."""

    subject: str
    text: str
    html: str


def _given(variables: Variables) -> tuple[str, str]:
    return variables.get("text", ""), variables.get("html", "")


TEMPLATES: Mapping[str, Template] = {
    "welcome": Template(
        "Welcome to Keyvex",
        ("firstName",),
        ("Hello {firstName},", "welcome to Keyvex. Your first tool is a few minutes away."),
    ),
    "tool_completed": Template(
        "Your tool {toolName} is ready",
        ("toolName", "toolUrl"),
        ("Your tool {toolName} is ready.",),
        link="toolUrl",
        label="Open it",
    ),
    "new_lead": Template(
        "New lead for {toolName}",
        ("toolName", "leadEmail"),
        (
            "{toolName} has a new lead.",
            "Name: {leadName}",
            "E-mail: {leadEmail}",
            "Company: {company}",
            "Score: {score}",
            "Result: {resultCategory}",
        ),
        optional=("leadName", "company", "score", "resultCategory"),
    ),
    "weekly_report": Template(
        "Your Keyvex week {periodStart} to {periodEnd}",
        ("periodStart", "periodEnd", "totalViews", "totalCompletions", "totalLeads", "conversionRate"),
        (
            "Your week from {periodStart} to {periodEnd}:",
            "Views: {totalViews}",
            "Completions: {totalCompletions}",
            "Leads: {totalLeads}",
            "Conversion rate: {conversionRate} %",
        ),
    ),
    "product_update": Template("{title}", ("title", "body", "url"), ("{body}",), link="url", label="Read more"),
    "marketing": Template("{subject}", ("subject", "html", "text"), body=_given),
    "custom": Template("{subject}", ("subject",), optional=("text", "html"), body=_given),
}


def is_dynamic(template_id: str) -> bool:
    """Whether it is a template that SendGrid keeps."""
    return template_id.startswith("d-")


def check(template_id: str, data: Mapping[str, Any]) -> None:
    """ValueError that names the variable if one is missing, is no text or number, or is no web address where it has
    to be one."""
    if not is_dynamic(template_id):
        _variables(TEMPLATES[template_id], data)


def render(template_id: str, data: Mapping[str, Any]) -> Body:
    """The mail of a template that is no dynamic one. Variables are escaped in HTML; ValueError as by `check`."""
    template = TEMPLATES[template_id]
    variables = _variables(template, data)
    subject = " ".join(template.subject.format_map(variables).split())
    if template.body:
        return Body(subject, *template.body(variables))
    lines = [line for line in template.lines if all(name in variables for name in _names(line))]
    return Body(subject, _text(template, lines, variables), _html(template, lines, variables))


def _variables(template: Template, data: Mapping[str, Any]) -> dict[str, str]:
    found = {name: data[name] for name in (*template.required, *template.optional) if data.get(name) not in (None, "")}
    for name in template.required:
        if name not in found:
            raise ValueError(f"data.{name} is missing")
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"data.{name} is neither text nor a number")
    if template.body and not ("text" in found or "html" in found):
        raise ValueError("data.text and data.html are missing; one is needed")
    if template.link and not _is_web_address(str(found[template.link])):
        raise ValueError(f"data.{template.link} is no http or https address")
    return {name: str(value) for name, value in found.items()}


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.netloc) and not any(map(str.isspace, text))


def _names(line: str) -> list[str]:
    return [part.partition("}")[0] for part in line.split("{")[1:]]


def _text(template: Template, lines: list[str], variables: Variables) -> str:
    parts = [line.format_map(variables) for line in lines]
    return "\n\n".join([*parts, f"{template.label}: {variables[template.link]}"] if template.link else parts) + "\n"


def _html(template: Template, lines: list[str], variables: Variables) -> str:
    safe = {name: escape(value) for name, value in variables.items()}
    parts = [f"<p>{line.format_map(safe)}</p>".replace("\n", "<br>") for line in lines]
    if template.link:
        parts.append(f'<p><a href="{safe[template.link]}">{template.label}</a></p>')
    return f'<!doctype html><html lang="en"><body>{"".join(parts)}</body></html>'
