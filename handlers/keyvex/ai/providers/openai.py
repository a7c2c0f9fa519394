"""OpenAI's Chat Completions API."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from handlers.keyvex.ai.providers.completion import Completion, ProviderError, Question, ask, read, tokens
from handlers.keyvex.ai.providers.model import Model

BASE_URL = "https://api.openai.com/v1"


class _Text(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Text


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage = msgspec.field(default_factory=_Usage)


def complete(base_url: str, key: tuple[str, str], model: Model, question: Question, seconds: float) -> Completion:
    """What the model answers within so many seconds; ``key`` is the key and the organization, "" for none. Raises
    `ProviderError`."""
    headers = {"authorization": f"Bearer {key[0]}"}
    if key[1]:
        headers["OpenAI-Organization"] = key[1]
    response = ask(f"{base_url or BASE_URL}/chat/completions", headers, _body(model, question), seconds)
    completion = cast(_Completion, read(response, _Completion))
    if not completion.choices:
        raise ProviderError("invalid_response", retryable=True)
    usage = completion.usage
    return Completion(completion.choices[0].message.content or "", usage.prompt_tokens, usage.completion_tokens)


def _body(model: Model, question: Question) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model.id,
        "messages": [{"role": "system", "content": question.system}, {"role": "user", "content": question.user}],
    }
    if model.reasons:
        body["max_completion_tokens"] = tokens(question, model)
    else:
        body |= {"max_tokens": tokens(question, model), "temperature": question.temperature}
    if model.json_mode and question.wants_object:
        body["response_format"] = {"type": "json_object"}
    return body
