"""Anthropic's Messages API."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Any

from companions.common.server import Answer, Request, document
from companions.keyvex.providers.completion import complete, cut, tokens

PATH = "/anthropic/v1/messages"
_MODEL = re.compile(r"claude-[a-z0-9-]+-\d{8}")
# The most output tokens a model gives; the others are not limited here.
_LIMITS = {"claude-3-haiku-20240307": 4096, "claude-3-5-sonnet-20241022": 8192}
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def answer(request: Request) -> Answer:
    """A message, or why there is none."""
    if not request.headers.get("x-api-key"):
        return _refused(401, "x-api-key header is required")
    if "anthropic-version" not in request.headers:
        return _refused(400, "anthropic-version: header is required")
    try:
        body = json.loads(request.body)
        problem = _problem(body)
    except (ValueError, TypeError, AttributeError):
        return _refused(400, "The request body is not valid JSON")
    if problem:
        return _refused(400, problem)
    if not _MODEL.fullmatch(body["model"]):
        return _refused(404, f"model: {body['model']}")
    prompt = "\n".join([_text(body.get("system")), *(_text(one["content"]) for one in body["messages"])])
    return document(message(complete(prompt), body["model"], prompt, body["max_tokens"]))


def message(text: str, model: str = "claude-3-7-sonnet-20250219", prompt: str = "", most: int = 100_000) -> Any:
    """The document of an answer with that text, cut after ``most`` tokens."""
    given = cut(text, most)
    return {
        "id": "msg_" + sha256((prompt + text).encode()).hexdigest()[:24],
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": given}],
        "stop_reason": "end_turn" if given == text else "max_tokens",
        "stop_sequence": None,
        "usage": {"input_tokens": tokens(prompt), "output_tokens": tokens(given)},
    }


def failure(status: int, text: str = "") -> Any:
    """The document of a failure."""
    kind = _KINDS.get(status, "api_error")
    said = text or kind.removesuffix("_error").replace("_", " ").capitalize()
    return {"type": "error", "error": {"type": kind, "message": said}}


def _problem(body: Any) -> str:
    most, limit = body.get("max_tokens"), _LIMITS.get(body.get("model"), 128_000)
    if not isinstance(body.get("model"), str):
        return "model: Field required"
    if type(most) is not int or most < 1:
        return "max_tokens: Field required"
    if most > limit:
        return f"max_tokens: {most} > {limit}, which is the maximum allowed number of output tokens for {body['model']}"
    if not 0 <= body.get("temperature", 1) <= 1:
        return "temperature: range: 0..1"
    messages = body.get("messages")
    if not messages or messages[0].get("role") != "user" or not all(_text(one.get("content")) for one in messages):
        return "messages: text content blocks must be non-empty"
    return ""


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content or [])


def _refused(status: int, text: str) -> Answer:
    return document(failure(status, text), status)
