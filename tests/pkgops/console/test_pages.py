"""What the pages show, and that none of it is markup."""

from __future__ import annotations

import html
import json
import threading
from typing import Any

import pytest

from pkgops.local.api_request import ApiRequest
from pkgops.operate.redaction import REDACTED
from tests.pkgops.console.conftest import HOSTILE, Opened, mail, now

THINGS = "/tables/shop-things-local"


def assert_harmless(text: str) -> None:
    assert "<img" not in text
    assert "<script>" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def events(pages: Opened, path: str, count: int) -> list[dict[str, Any]]:
    """The first events of a stream, which then is left."""
    found: list[dict[str, Any]] = []
    with pages.client.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
            if len(found) == count:
                break
    return found


def test_the_start_page_has_every_system_and_stack(pages: Opened) -> None:
    assert "/systems/shop" not in pages.text("/")  # it waits for nothing
    text = pages.text("/systems")
    assert text.index("/systems/shop") < text.index("/systems/notes") < text.index("/systems/blog")
    assert (text.count("update complete"), text.count("not deployed")) == (1, 5)


def test_a_system_has_outputs_and_a_picture(pages: Opened) -> None:
    assert 'hx-get="/systems/shop/outputs"' in pages.text("/systems/shop")
    text = pages.text("/systems/shop/outputs")
    assert 'href="https://x.example"' in text
    assert_harmless(text)
    assert html.escape("<script>document.title", quote=False) in text
    assert r"\x1b[31m\u202e" in text
    drawn = pages.text("/systems/shop/picture")
    assert "<svg" in drawn
    assert "<style" not in drawn
    assert "style=" not in drawn
    assert "/functions/shop-order-local" in drawn
    assert "/queues?system=shop" in drawn
    assert pages.text("/systems/shop/picture") == drawn
    assert "Deploy it: pkgops deploy blog --stage local" in pages.text("/systems/blog/outputs")


def test_secrets_are_masked(pages: Opened) -> None:
    pages.served.shown.ports.stacks.deployed(
        "shop-main-local", "UPDATE_COMPLETE", outputs={"AdminPassword": "hunter22hunter22"}
    )
    assert "hunter22" not in pages.text("/systems/shop/outputs") + pages.text(f"{THINGS}?scan=1")


def test_a_function_answers(pages: Opened) -> None:
    assert "{&#34;amount&#34;: 1000}" in pages.text("/functions/shop-order-local?event=large")
    answer = pages.post("/functions/shop-order-local/invoke", event='{"amount": 3}')
    assert answer.status_code == 200
    assert "&#34;amount&#34;: 3" in answer.text
    assert "status 200" in answer.text
    assert_harmless(answer.text)
    part = pages.client.post(
        "/functions/shop-order-local/invoke",
        data={"form_token": pages.form_token, "event": "{}"},
        headers={"origin": pages.served.origin, "hx-request": "true"},
    )
    assert part.text.strip().startswith("<section")


@pytest.mark.parametrize("event", ["{", "@/etc/passwd", "-"])
def test_only_json_is_an_event(pages: Opened, event: str) -> None:
    answer = pages.post("/functions/shop-order-local/invoke", event=event)
    assert (answer.status_code, pages.served.shown.ports.functions.calls) == (400, [])
    assert "is not JSON" in answer.text


@pytest.mark.parametrize("path", ["/functions/absent", "/systems/absent", "/tables/absent", "/mail/absent", "/x"])
def test_what_is_not_there_is_said(pages: Opened, path: str) -> None:
    answer = pages.get(path)
    assert (answer.status_code, 'role="alert"' in answer.text) == (404, True)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("partition=a", 3),
        ("partition=a&condition=%3E&sort=00", 2),
        ("partition=b&condition=begins_with&sort=5", 10),
        ("index=by-owner&partition=me", 50),
        ("scan=1", 50),
        ("", 0),
    ],
)
def test_items_are_found(pages: Opened, query: str, count: int) -> None:
    text = pages.text(f"{THINGS}?{query}")
    assert text.count('class="item"') == count
    assert (f"{count} of {count} read" in text) == bool(query)
    assert ('rel="next"' in text) == (count == 50)
    assert_harmless(text)


def test_all_pages_together_are_the_table(pages: Opened) -> None:
    text, found = pages.text(f"{THINGS}?scan=1"), 0
    while True:
        found += text.count('class="item"')
        if 'rel="next"' not in text:
            break
        address = html.unescape(text.split('" rel="next"')[0].rpartition('href="')[2])
        text = pages.text(THINGS + address)
    assert found == 60


@pytest.mark.parametrize(
    "query", ["index=x&partition=a", "partition=a&condition=x&sort=1", "index=by-owner&partition=a&sort=1"]
)
def test_a_question_that_makes_no_sense_is_refused(pages: Opened, query: str) -> None:
    assert pages.get(f"{THINGS}?{query}").status_code in (400, 404)


def test_queues_are_looked_into_and_redriven(pages: Opened) -> None:
    assert ">2</td>" in pages.text("/queues?system=shop")
    peeked = pages.post("/queues/shop-jobs-dlq-local/peek").text
    assert "2 messages, of at most 10" in peeked
    assert_harmless(peeked)
    assert "2 of 2 moved" in pages.post("/queues/shop-jobs-dlq-local/redrive").text
    assert pages.served.shown.ports.queues.waiting["shop-jobs-local"] == ["one", HOSTILE, "dead"]


def test_mail_is_shown_without_its_power(pages: Opened) -> None:
    emulator: Any = pages.served.shown.emulator
    emulator.mails.append(mail(1, HOSTILE, "Open https://x.example/a", f"<p>Hello</p>{HOSTILE}"))
    emulator.mails.append(mail(2, "Code", "Your code is 123456"))
    text = pages.text("/mail")
    assert text.index("mail-2") < text.index("mail-1")
    assert "123456" in text
    assert_harmless(text + pages.text("/mail/mail-1"))
    assert 'href="https://x.example/a" target="_blank" rel="noopener noreferrer"' in pages.text("/mail/mail-1")
    body = pages.get("/mail/mail-1/body")
    assert body.headers["content-security-policy"].startswith("sandbox; default-src 'none';")
    assert "allow-" not in body.headers["content-security-policy"]
    assert "/mail/mail-1" not in pages.text("/mail?to=other@example.com")


def test_lines_of_all_systems_follow(pages: Opened) -> None:
    logs: Any = pages.served.shown.ports.logs
    group = "/aws/lambda/shop-order-local"
    logs.write(group, "s", [(now(), json.dumps({"level": "ERROR", "message": HOSTILE, "order": 7}))])
    logs.write("/aws/lambda/notes-digest-local", "s", [(now(), "before")])
    later = threading.Timer(0.5, lambda: logs.write(group, "s", [(now(), "after")]))
    later.start()
    first, second, third = events(pages, "/logs/lines", 3)
    later.join()
    assert {first["name"], second["name"]} == {"shop/order", "notes/digest"}
    assert (third["name"], third["text"]) == ("shop/order", "after")
    wrong = next(row for row in (first, second) if row["level"] == "ERROR")
    assert wrong["text"].endswith(r"\x1b[31m\u202e")
    assert "order=7" in wrong["fields"]


@pytest.mark.parametrize(
    "query",
    ["function=shop-order-local", "system=shop", "level=ERROR", "text=wrong", "function=shop-order-local&level=ERROR"],
)
def test_lines_are_filtered(pages: Opened, query: str) -> None:
    logs: Any = pages.served.shown.ports.logs
    logs.write("/aws/lambda/notes-digest-local", "s", [(now() - 10, "noise")])
    logs.write("/aws/lambda/shop-order-local", "s", [(now(), json.dumps({"level": "ERROR", "message": "wrong"}))])
    assert [row["text"] for row in events(pages, f"/logs/lines?{query}", 1)] == ["wrong"]


def test_an_unknown_filter_is_said(pages: Opened) -> None:
    assert pages.get("/logs/lines?function=absent").status_code == 400
    assert pages.get("/logs/lines?since=never").status_code == 400


def test_requests_follow(pages: Opened) -> None:
    emulator: Any = pages.served.shown.emulator
    emulator.rows.append(ApiRequest(1, "2026-05-01T09:30:00.000+00:00", "GET", "a1", f"/{HOSTILE}", 200, 3.4, "r-1"))
    (row,) = events(pages, "/requests/rows", 1)
    assert (row["method"], row["status"], row["milliseconds"], row["request"]) == ("GET", 200, 3, "r-1")
    assert row["path"].endswith(r"\x1b[31m\u202e")


def failed_message(pages: Opened) -> str:
    """A dead letter that the function's log names; its id, and one of another request."""
    group, started = "/aws/lambda/shop-order-local", now()
    logs: Any = pages.served.shown.ports.logs
    wrong = json.dumps({"level": "ERROR", "message": f"cannot do it {HOSTILE}", "message_id": "0"})
    lines = ["START RequestId: r1 Version: 1", wrong, "REPORT RequestId: r1\tDuration: 1.0 ms"]
    others = ["START RequestId: r2 Version: 1", json.dumps({"level": "ERROR", "message": "another one"})]
    logs.write(group, "s", [(started + number, line) for number, line in enumerate([*lines, *others])])
    return "0"


def test_a_dead_letter_has_a_cause(pages: Opened) -> None:
    failed_message(pages)
    queues = pages.served.shown.ports.queues
    queues.attributes["dead"] = {"ErrorMessage": HOSTILE, "RequestID": "r-5", "ErrorCode": "200"}
    first, second = pages.post("/queues/shop-jobs-dlq-local/peek").text.split("</article>")[:2]
    assert_harmless(first + second)
    assert "cannot do it" in first
    assert "another one" not in first
    assert "/logs?since=1d&amp;request=" in first
    assert "Lines of the invocation that failed" in first
    assert "(status 200)" in second
    assert "request=r-5" in second


def test_a_cause_that_is_not_sure_is_said_not_to_be(pages: Opened) -> None:
    logs: Any = pages.served.shown.ports.logs
    logs.write("/aws/lambda/shop-order-local", "s", [(now(), json.dumps({"level": "ERROR", "message": "something"}))])
    text = pages.post("/queues/shop-jobs-dlq-local/peek").text
    assert "Its cause is not known for sure" in text
    assert "something" in text
    assert "No log names it" not in text
    assert "No log names it" not in pages.post("/queues/shop-jobs-local/peek").text


def test_secrets_in_messages_are_hidden(pages: Opened) -> None:
    pages.served.shown.ports.queues.waiting["shop-jobs-local"].append('{"api_key": "shown-to-nobody"}')
    text = pages.post("/queues/shop-jobs-local/peek").text
    assert "shown-to-nobody" not in text
    assert REDACTED in text


def test_only_chosen_dead_letters_are_sent_back(pages: Opened) -> None:
    waiting = pages.served.shown.ports.queues.waiting
    nothing = pages.post("/queues/shop-jobs-dlq-local/redrive", only="1")
    assert (nothing.status_code, len(waiting["shop-jobs-dlq-local"])) == (400, 2)
    answer = pages.post("/queues/shop-jobs-dlq-local/redrive", **{"only": "1", "id:1": "on"})
    assert "1 of 1 moved" in answer.text
    assert (waiting["shop-jobs-dlq-local"], waiting["shop-jobs-local"]) == ([HOSTILE], ["one", "dead"])
