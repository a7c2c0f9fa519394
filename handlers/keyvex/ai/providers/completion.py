"""One question to a model, and its answer, whoever provides it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from handlers.common.http import NoResponse, Response
from handlers.keyvex.ai.providers.model import Model
from handlers.keyvex.shared.http import post_json


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked. ``wants_object`` says that the answer is a JSON object, and no list."""

    system: str
    user: str
    temperature: float
    max_tokens: int
    wants_object: bool


@dataclass(frozen=True, slots=True)
class Completion:
    """The text a model has written, and the tokens it cost."""

    text: str
    tokens_in: int
    tokens_out: int


class ProviderError(Exception):
    """A model did not answer: a short ``reason`` such as ``http_529``, whether the same request may work later, and
    the seconds the provider wants to be left alone, if it said so."""

    def __init__(self, reason: str, retryable: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retryable = retryable
        self.retry_after = retry_after


def ask(url: str, headers: dict[str, str], body: object, seconds: float) -> Response:
    """Posts a request; its successful response. Raises `ProviderError`."""
    try:
        response = post_json(url, headers, body, seconds)
    except NoResponse as error:
        raise ProviderError(error.reason, error.retryable) from error
    if response.status != 200:
        retryable = response.status == 429 or response.status >= 500
        raise ProviderError(f"http_{response.status}", retryable, response.retry_after)
    return response


def read(response: Response, shape: type[msgspec.Struct]) -> msgspec.Struct:
    """The JSON of a response as a shape. Raises `ProviderError`."""
    try:
        return msgspec.json.decode(response.body, type=shape)
    except (msgspec.MsgspecError, RecursionError):
        raise ProviderError("invalid_response", retryable=True) from None


def tokens(question: Question, model: Model) -> int:
    """The output tokens that are asked for: no more than the model takes."""
    return min(question.max_tokens, model.max_tokens)
