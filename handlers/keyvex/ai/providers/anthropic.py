"""Anthropic's Messages API."""

from __future__ import annotations

from typing import cast

import msgspec

from handlers.keyvex.ai.providers.completion import Completion, Question, ask, read, tokens
from handlers.keyvex.ai.providers.model import Model

BASE_URL = "https://api.anthropic.com/v1"
VERSION = "2023-06-01"


class _Block(msgspec.Struct):
    type: str
    text: str = ""


class _Usage(msgspec.Struct):
    input_tokens: int = 0
    output_tokens: int = 0


class _Message(msgspec.Struct):
    content: list[_Block]
    usage: _Usage


def complete(base_url: str, key: str, model: Model, question: Question, seconds: float) -> Completion:
    """What the model answers within so many seconds. Raises `ProviderError`."""
    body = {
        "model": model.id,
        "max_tokens": tokens(question, model),
        "temperature": question.temperature,
        "system": question.system,
        "messages": [{"role": "user", "content": question.user}],
    }
    headers = {"x-api-key": key, "anthropic-version": VERSION}
    response = ask(f"{base_url or BASE_URL}/messages", headers, body, seconds)
    message = cast(_Message, read(response, _Message))
    text = "".join(block.text for block in message.content if block.type == "text")
    return Completion(text, message.usage.input_tokens, message.usage.output_tokens)
