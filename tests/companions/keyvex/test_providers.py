"""The providers on this machine: what they answer, what they refuse, and their faults."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import httpx
import msgspec
import pytest

from companions.keyvex.providers.completion import complete
from tests.handlers.keyvex.fixtures.providers import World, providers

HAIKU, SONNET = "claude-3-haiku-20240307", "claude-3-7-sonnet-20250219"


class Step(msgspec.Struct):
    """One step, which may have further ones."""

    title: str
    minutes: Annotated[int, msgspec.Meta(ge=1, le=5)]
    after: list[Step] | None = None


class Idea(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What the prompts of these tests demand."""

    id: str
    contact_email: str
    complexity: Literal["simple", "complex"]
    score: Annotated[float, msgspec.Meta(ge=1, le=10)]
    hints: Annotated[list[str], msgspec.Meta(min_length=5, max_length=5)]
    steps: Annotated[list[Step], msgspec.Meta(min_length=1)]
    extra: dict[str, str]
    note: Annotated[str, msgspec.Meta(max_length=10)] | None = None


def prompt(schema: Any, about: str = "tax") -> str:
    return (
        f"Expertise: {about}, {{not json}}.\nInput: {json.dumps({'type': 'quiz'})}\n```json\n{json.dumps(schema)}\n```"
    )


IDEAS = Annotated[list[Idea], msgspec.Meta(min_length=3, max_length=5)]
DEMANDING = prompt(msgspec.json.schema(IDEAS))


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with providers() as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    running.heal()
    return running


def claude(world: World, text: str = "Hello", *, headers: Any = None, **body: Any) -> httpx.Response:
    given = {"model": SONNET, "max_tokens": 4000, "messages": [{"role": "user", "content": text}], **body}
    sent = {"x-api-key": "sk-ant-x", "anthropic-version": "2023-06-01"} if headers is None else headers
    return httpx.post(f"{world.environment['ANTHROPIC_BASE_URL']}/messages", json=given, headers=sent)


def gpt(world: World, text: str = "Hello", **body: Any) -> httpx.Response:
    given = {"model": "gpt-4", "messages": [{"role": "user", "content": text}], **body}
    url = f"{world.environment['OPENAI_BASE_URL']}/chat/completions"
    return httpx.post(url, json=given, headers={"Authorization": "Bearer sk-x"})


def sendgrid(world: World, **body: Any) -> httpx.Response:
    given = {
        "personalizations": [{"to": [{"email": "ada@example.com"}]}],
        "from": {"email": "noreply@keyvex.com"},
        "subject": "Hello",
        "content": [{"type": "text/plain", "value": "Hi"}, {"type": "text/html", "value": "<b>Hi</b>"}],
        **body,
    }
    url = f"{world.environment['SENDGRID_BASE_URL']}/mail/send"
    return httpx.post(url, json=given, headers={"Authorization": "Bearer SG.x"})


def test_models_answer_values_of_the_schema_in_the_prompt(world: World) -> None:
    said = claude(world, DEMANDING, system="You have ideas.").json()
    ideas = msgspec.json.decode(said["content"][0]["text"], type=IDEAS)
    assert len({idea.id for idea in ideas}) == 3
    assert ideas[0].contact_email.endswith("@example.com")
    assert claude(world, DEMANDING, system="You have ideas.").json() == said
    assert claude(world, prompt(msgspec.json.schema(IDEAS), "law")).json()["content"] != said["content"]
    text = gpt(world, DEMANDING, response_format={"type": "json_object"}).json()["choices"][0]["message"]["content"]
    assert len(msgspec.json.decode(text, type=IDEAS)) == 3


def test_models_count_tokens_and_stop_at_the_most(world: World) -> None:
    said = claude(world, DEMANDING, max_tokens=7).json()
    assert (said["stop_reason"], said["usage"]["output_tokens"]) == ("max_tokens", 7)
    assert said["usage"]["input_tokens"] > 100
    choice = gpt(world, DEMANDING, max_tokens=7).json()["choices"][0]
    assert (choice["finish_reason"], len(choice["message"]["content"])) == ("length", 28)
    whole = claude(world).json()
    assert (whole["stop_reason"], whole["content"][0]["type"]) == ("end_turn", "text")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"model": "claude-9-opus"}, 404, "not_found_error"),
        ({"model": HAIKU, "max_tokens": 4097}, 400, "invalid_request_error"),
        ({"max_tokens": None}, 400, "invalid_request_error"),
        ({"temperature": 1.1}, 400, "invalid_request_error"),
        ({"messages": [{"role": "user", "content": ""}]}, 400, "invalid_request_error"),
        ({"messages": []}, 400, "invalid_request_error"),
        ({"headers": {"anthropic-version": "2023-06-01"}}, 401, "authentication_error"),
        ({"headers": {"x-api-key": "sk-ant-x"}}, 400, "invalid_request_error"),
    ],
)
def test_what_anthropic_refuses(world: World, body: Any, status: int, kind: str) -> None:
    answer = claude(world, **body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"model": "davinci"}, 404),
        ({"model": "o1-mini", "max_tokens": 5}, 400),
        ({"temperature": 2.1}, 400),
        ({"messages": None}, 400),
        ({"messages": [{"role": "user", "content": None}]}, 400),
        ({"response_format": {"type": "json_object"}}, 400),
    ],
)
def test_what_openai_refuses(world: World, body: Any, status: int) -> None:
    answer = gpt(world, **body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, "invalid_request_error")


def test_sendgrid_takes_mails(world: World) -> None:
    to = [{"to": [{"email": f"{number}@example.com"}], "subject": f"No. {number}"} for number in range(1000)]
    first, second = sendgrid(world, personalizations=to), sendgrid(world)
    assert (first.status_code, first.content, second.status_code) == (202, b"", 202)
    assert first.headers["X-Message-Id"] != second.headers["X-Message-Id"]
    assert len(world.mails) == 1001
    assert (world.mails[7].to, world.mails[7].subject) == (("7@example.com",), "No. 7")
    assert (world.mails[-1].text, world.mails[-1].html) == ("Hi", "<b>Hi</b>")
    page = httpx.get(f"{world.url}/pages/mails").text
    assert "&lt;b&gt;Hi&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"personalizations": []}, None),
        ({"personalizations": [{"to": [{"email": "a@example.com"}]}] * 1001}, "personalizations"),
        ({"personalizations": [{"to": []}]}, "personalizations.0.to"),
        ({"personalizations": [{"to": [{"email": "a@b"}]}]}, "personalizations.0.to.0.email"),
        ({"personalizations": [{"to": [{"email": "a@b.example"}, {"email": "A@b.example"}]}]}, "personalizations.0"),
        ({"from": {}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/html", "value": "x"}, {"type": "text/plain", "value": "x"}]}, "content"),
    ],
)
def test_what_sendgrid_refuses(world: World, body: Any, field: str | None) -> None:
    answer = sendgrid(world, **body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert not world.mails


def test_faults_and_what_was_asked(world: World) -> None:
    world.fault("/anthropic/.*", status=529, times=2)
    world.fault("/openai/.*", status=429, headers={"retry-after": "2"})
    world.fault("/sendgrid/.*", status=500)
    answers = [claude(world) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [529, 529, 200]
    assert answers[0].json() == {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    limited = gpt(world)
    assert (limited.headers["retry-after"], limited.json()["error"]["code"]) == ("2", "rate_limit_exceeded")
    assert sendgrid(world).json()["errors"][0]["message"] == "internal error"
    assert [one["key"] for one in world.asked("/anthropic")] == ["sk-ant-x"] * 3
    assert world.asked("/openai")[0]["body"]["model"] == "gpt-4"
    world.heal()
    world.says("{broken", times=1)
    assert claude(world).json()["content"][0]["text"] == "{broken"
    assert gpt(world).json()["choices"][0]["message"]["content"] == "{broken"
    assert len(world.asked()) == 2
    assert httpx.get(f"{world.url}/nothing").status_code == 404
    assert httpx.delete(f"{world.url}/anthropic/v1/messages").status_code == 405


def test_schemas_of_other_makers() -> None:
    schema = {
        "type": "object",
        "properties": {
            "either": {"oneOf": [{"type": "null"}, {"const": 7}]},
            "maybe": {"type": ["null", "boolean"]},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer", "exclusiveMinimum": 8}]},
            "createdAt": {"type": "string"},
            "below": {"type": "integer", "maximum": -3},
            "whatever": {},
        },
    }
    made = json.loads(complete(prompt(schema)))
    assert (made["either"], type(made["maybe"]), made["createdAt"][:4]) == (7, bool, "2026")
    assert made["pair"][1] > 8
    assert made["below"] <= -3
    assert not complete("No schema, but { braces").startswith("{")


def test_it_serves_alone() -> None:
    command = [sys.executable, "-m", "companions.keyvex.providers", "--port=0", "--base=http://elsewhere"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        *settings, last = (server.stdout.readline().strip() for _ in range(4))
        try:
            assert "OPENAI_BASE_URL=http://elsewhere/openai/v1" in settings
            url = f"{last.split()[-1]}/sendgrid/v3/mail/send"
            assert httpx.post(url, json={}).status_code == 401
            assert httpx.post(url, json={}, headers={"Origin": "https://evil.example"}).status_code == 403
        finally:
            server.terminate()
        assert server.wait(5) == 0
