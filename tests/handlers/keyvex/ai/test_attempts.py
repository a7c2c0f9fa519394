"""Providers that are slow, busy, broken or down: what is retried, when the fallback is asked, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.common.deadline import Deadline
from handlers.keyvex.ai.attempts import Attempts, RequestFailed
from handlers.keyvex.ai.models import Overrides, choose
from handlers.keyvex.ai.providers.accounts import ask_model
from handlers.keyvex.ai.providers.completion import Completion, ProviderError, Question
from handlers.keyvex.ai.providers.model import Model
from tests.handlers.keyvex.fixtures.processor import Processor, message
from tests.handlers.keyvex.fixtures.providers import World as Providers

FIRST, SECOND = "claude-3-7-sonnet-20250219", "claude-3-5-sonnet-20241022"
ANTHROPIC, OPENAI = "/anthropic/.*", "/openai/.*"


def models(provider: Providers) -> list[str]:
    """Whom was asked, in order."""
    return [one["body"]["model"] for one in provider.asked()]


def run(processor: Processor, **given: Any) -> dict[str, Any]:
    """The session after one message."""
    session, user = processor.world.name("session"), processor.world.name("user")
    processor.deliver(message(session, user, **given))
    return processor.session(session)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 529},
        {"status": 429},
        {"status": 500},
        {"status": 503},
        {"kind": "garbage"},
        {"kind": "truncated"},
        {"kind": "closed"},
        {"document": {"content": "of another shape"}},
    ],
)
def test_what_may_pass_is_retried(processor: Processor, provider: Providers, fault: dict[str, Any]) -> None:
    provider.fault(ANTHROPIC, times=2, **fault)
    session = run(processor)
    assert session["status"] == "completed"
    assert models(provider) == [FIRST] * 3
    assert processor.slept == [1, 2]


def test_the_fallback_is_asked_after_four_attempts(processor: Processor, provider: Providers) -> None:
    provider.fault(ANTHROPIC, status=529, times=4)
    session = run(processor)
    assert models(provider) == [FIRST] * 4 + [SECOND]
    assert processor.slept == [1, 2, 4]
    assert session["magicSparkResult"]["model"] == SECOND
    assert session["sessionData"]["modelUsage"] == {SECOND: 1}


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_stays_as_it_is_goes_to_the_fallback_at_once(
    processor: Processor, provider: Providers, status: int
) -> None:
    provider.fault(ANTHROPIC, status=status, times=1)
    assert run(processor)["status"] == "completed"
    assert models(provider) == [FIRST, SECOND]
    assert processor.slept == []


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        ({"retry-after": "7"}, [7]),
        ({"retry-after": "0"}, [1]),
        ({"retry-after-ms": "2500"}, [2.5]),
        ({"retry-after": "Fri"}, [1]),
    ],
)
def test_a_provider_is_left_alone_as_long_as_it_asks(
    processor: Processor, provider: Providers, headers: dict[str, str], slept: list[float]
) -> None:
    provider.fault(ANTHROPIC, status=429, headers=headers, times=1)
    assert run(processor)["status"] == "completed"
    assert processor.slept == slept


def test_a_provider_that_asks_for_long_is_replaced(processor: Processor, provider: Providers) -> None:
    provider.fault(ANTHROPIC, status=429, headers={"retry-after": "300"}, times=1)
    assert run(processor)["status"] == "completed"
    assert models(provider) == [FIRST, SECOND]
    assert processor.slept == []


@pytest.mark.parametrize("text", ["Here you are: []", "[]", "{}", '[{"type": "game"}]', "```json\n[", ""])
def test_an_answer_that_is_not_what_was_asked_for_is_paid_and_retried(
    processor: Processor, provider: Providers, text: str
) -> None:
    provider.says(text, times=1)
    session = run(processor)
    assert models(provider) == [FIRST] * 2
    envelope = session["magicSparkResult"]
    assert session["sessionData"]["modelUsage"] == {FIRST: 2}
    assert envelope["cost"] == session["sessionData"]["totalCost"]
    tokens = envelope["tokens"]
    assert envelope["cost"] == pytest.approx((tokens["input"] * 0.003 + tokens["output"] * 0.015) / 1000)


def test_a_slow_provider_is_given_up(processor: Processor, provider: Providers) -> None:
    times = [0.2, 60.0]
    processor.ask = lambda model, question, _: ask_model(model, question, times.pop(0))
    provider.fault(ANTHROPIC, seconds=2, times=1)
    assert run(processor)["status"] == "completed"
    assert processor.slept == [1]
    assert times == []


def test_a_model_that_hangs_leaves_the_fallback_its_share_of_the_time(processor: Processor) -> None:
    asked: list[tuple[str, int]] = []

    def hang(model: Model, _: Question, seconds: float) -> Completion:
        asked.append((model.id, round(seconds)))
        processor.left -= seconds
        raise ProviderError("timeout", retryable=True)

    attempts = Attempts(hang, Deadline(lambda: processor.left, processor.sleep))
    plan = choose("magicSpark", "generate", (None, None), "production", Overrides())
    with pytest.raises(RequestFailed, match=r"^timeout$"):
        attempts.answer(plan, Question("", "", 0, 1, False), str)
    assert asked == [(FIRST, 240), (FIRST, 194), (SECOND, 240), (SECOND, 194)]
    assert processor.left == pytest.approx(0)


def test_a_function_that_has_no_time_left_fails_at_once(processor: Processor, provider: Providers) -> None:
    processor.left = 0.4
    processor.ask = lambda model, question, _: ask_model(model, question, 60.0)
    provider.fault(ANTHROPIC, status=529)
    session = run(processor)
    assert (session["status"], session["lastError"]) == ("failed", "http_529")
    assert processor.slept == []


def test_a_key_that_is_missing_is_named(processor: Processor, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("AI_SECRETS_ARN", "keyvex/integrations/test")
    assert run(processor)["lastError"] == "no_anthropic_api_key"


def test_openai_is_asked_first_if_the_message_says_so(processor: Processor, provider: Providers) -> None:
    session = run(processor, provider="openai")
    asked = provider.asked("/openai")[0]
    assert asked["body"]["model"] == "gpt-4"
    assert "response_format" not in asked["body"]
    assert session["magicSparkResult"]["provider"] == "openai"
    assert session["magicSparkResult"]["cost"] > 0
    provider.heal()
    provider.fault(OPENAI, status=500)
    assert run(processor, provider="openai")["magicSparkResult"]["model"] == SECOND


def test_json_mode_only_where_the_model_has_it_and_the_answer_is_an_object(
    processor: Processor, provider: Providers
) -> None:
    run(processor, kind="logicArchitect", model="gpt-4o")
    run(processor, model="gpt-4o")
    formats = [one["body"].get("response_format") for one in provider.asked("/openai")]
    assert formats == [{"type": "json_object"}, None]


def test_a_deployment_chooses_its_own_models(
    processor: Processor, provider: Providers, patched: pytest.MonkeyPatch
) -> None:
    patched.setenv(
        "AI_MODEL_OVERRIDES",
        '{"magicSpark": {"model": "o3", "temperature": 0.1, "maxTokens": 900}, "logicArchitect": {"model": "new"},'
        ' "models": {"new": {"provider": "anthropic", "id": "claude-sonnet-9-20260101", "inputPrice": 1}}}',
    )
    first = run(processor)["magicSparkResult"]
    body = provider.asked("/openai")[0]["body"]
    assert (first["model"], first["cost"]) == ("o3", 0)
    assert body["max_completion_tokens"] == 900
    assert "temperature" not in body
    second = run(processor, kind="logicArchitect")["logicArchitectResult"]
    assert second["model"] == "claude-sonnet-9-20260101"
    assert second["cost"] == pytest.approx(second["tokens"]["input"] / 1000)


def test_overrides_that_cannot_be_read_fail_the_message(
    processor: Processor, provider: Providers, patched: pytest.MonkeyPatch, caplog: Any
) -> None:
    patched.setenv("AI_MODEL_OVERRIDES", '{"magicSparc": {}}')
    assert processor.deliver(message("s", "u"), message_id="m1") == ["m1"]
    assert "AI_MODEL_OVERRIDES: Object contains unknown field" in caplog.text
    assert provider.asked() == []


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({}, {"model": FIRST, "temperature": 0.8, "max_tokens": 4000}),
        ({"kind": "logicArchitect"}, {"model": FIRST, "temperature": 0.4, "max_tokens": 8000}),
        ({"kind": "contentCrafter", "model": "claude-3-haiku"}, {"temperature": 0.7, "max_tokens": 4096}),
        ({"action": "examples", "industry": "Law"}, {"model": FIRST, "temperature": 0.6}),
    ],
)
def test_what_models_are_asked_with(
    processor: Processor, provider: Providers, given: dict[str, Any], body: dict[str, Any]
) -> None:
    run(processor, **given)
    asked = provider.asked("/anthropic")[0]["body"]
    assert {name: asked[name] for name in body} == body


def test_development_has_cheaper_models(processor: Processor, provider: Providers, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("ENVIRONMENT", "development")
    run(processor)
    run(processor, kind="logicArchitect")
    assert models(provider) == ["claude-3-haiku-20240307", FIRST]


def test_a_session_says_that_it_failed_until_its_message_is_sent_again(
    processor: Processor, provider: Providers
) -> None:
    provider.fault(ANTHROPIC, status=529)
    session, user = processor.world.name("session"), processor.world.name("user")
    body, name = message(session, user), processor.world.name("message")
    for count in (1, 2, 3):
        processor.slept = []
        assert processor.deliver(body, count=count, message_id=name) == [name]
        assert processor.slept == [1, 2, 4, 1, 2, 4]
    failed = processor.session(session)
    assert (failed["status"], failed["lastError"]) == ("failed", "http_529")
    assert failed["sessionData"]["totalCost"] == 0
    alert = processor.world.item(f"ALERT#{name}-error", "ALERT")
    assert (alert["severity"], alert["resolved"]) == ("high", False)
    provider.heal()
    assert processor.deliver(body) == []
    done = processor.session(session)
    assert done["status"] == "completed"
    assert "lastError" not in done
