"""Templates: their variables, and what is escaped in them."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.keyvex.email.templates import TEMPLATES, check, render

NASTY = '<img src=x onerror="alert(1)">&\'{firstName}'
WEB = "https://example.com/?a=1&b=\"2'"
TEXTS = ("firstName", "toolName", "leadName", "leadEmail", "company", "resultCategory", "title", "body", "subject")
EVERYTHING: dict[str, Any] = {
    **dict.fromkeys(TEXTS, NASTY),
    **dict.fromkeys(("toolUrl", "url"), WEB),
    **dict.fromkeys(("totalCompletions", "totalLeads", "score"), 7),
    "totalViews": 0,
    "conversionRate": 12.5,
    "periodStart": "2026-01-05",
    "periodEnd": "2026-01-11",
    "text": "plain",
    "html": "<b>own</b>",
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_variables_are_escaped_in_html_and_only_there(template: str) -> None:
    body = render(template, EVERYTHING)
    assert "<img" not in body.html
    if TEMPLATES[template].body:
        assert (body.text, body.html) == ("plain", "<b>own</b>")
    elif template != "weekly_report":
        assert "<img" in body.text + body.subject
    if TEMPLATES[template].link:
        assert 'href="https://example.com/?a=1&amp;b=&quot;2&#x27;"' in body.html
        assert WEB in body.text


@pytest.mark.parametrize("template", TEMPLATES)
def test_required_variables_are_required(template: str) -> None:
    for name in TEMPLATES[template].required:
        for value in (None, ""):
            with pytest.raises(ValueError, match=rf"data\.{name} is missing"):
                check(template, EVERYTHING | {name: value})
        for wrong in ({"a": 1}, ["x"], True):
            with pytest.raises(ValueError, match=rf"data\.{name} is neither text nor a number"):
                check(template, EVERYTHING | {name: wrong})


def test_zero_is_a_value_and_what_is_missing_leaves_no_line() -> None:
    assert "Views: 0\n" in render("weekly_report", EVERYTHING).text
    lead = render("new_lead", {"toolName": "Quiz", "leadEmail": "ada@example.com", "score": 0})
    assert (lead.subject, "Score: 0" in lead.text, "Company" in lead.text) == ("New lead for Quiz", True, False)


def test_a_subject_is_one_line() -> None:
    data = {"subject": "News\r\nBcc: everyone@example.com", "text": "x"}
    assert render("custom", data).subject == "News Bcc: everyone@example.com"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//example.com", "https://", "https://a b", "http://[", "data:x"]
)
def test_links_lead_to_the_web(url: str) -> None:
    with pytest.raises(ValueError, match="no http or https address"):
        check("product_update", EVERYTHING | {"url": url})


def test_a_custom_mail_has_text_or_html() -> None:
    assert render("custom", {"subject": "S", "html": "<p>x</p>"}).text == ""
    with pytest.raises(ValueError, match="one is needed"):
        check("custom", {"subject": "S"})
