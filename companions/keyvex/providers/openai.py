"""OpenAI's Chat Completions API."""

from __future__ import annotations

import json
import re
import time
from hashlib import sha256
from typing import Any

from companions.common.server import Answer, Request, document
from companions.keyvex.providers.completion import complete, cut, tokens

PATH = "/openai/v1/chat/completions"
_MODEL = re.compile(r"(gpt|o\d)[a-z0-9.-]*")
_REASONS = re.compile(r"o\d.*")  # these take neither a temperature nor max_tokens
_KINDS = {400: "invalid_request_error", 401: "invalid_request_error", 404: "invalid_request_error", 429: "requests"}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}


def answer(request: Request) -> Answer:
    """A completion, or why there is none."""
    if not request.headers.get("authorization", "").removeprefix("Bearer").strip():
        return _refused(401, "You didn't provide an API key.")
    try:
        body = json.loads(request.body)
        problem = _problem(body)
    except (ValueError, TypeError, AttributeError):
        return _refused(400, "We could not parse the JSON body of your request.")
    if problem:
        return _refused(400, problem)
    if not _MODEL.fullmatch(body["model"]):
        return _refused(404, f"The model `{body['model']}` does not exist or you do not have access to it.")
    prompt = "\n".join(_text(one["content"]) for one in body["messages"])
    most = body.get("max_completion_tokens") or body.get("max_tokens") or 100_000
    return document(completion(complete(prompt), body["model"], prompt, most))


def completion(text: str, model: str = "gpt-4", prompt: str = "", most: int = 100_000) -> Any:
    """The document of an answer with that text, cut after ``most`` tokens."""
    given = cut(text, most)
    asked, answered = tokens(prompt), tokens(given)
    return {
        "id": "chatcmpl-" + sha256((prompt + text).encode()).hexdigest()[:24],
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": given, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop" if given == text else "length",
            }
        ],
        "usage": {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered},
    }


def failure(status: int, text: str = "") -> Any:
    """The document of a failure."""
    said = text or ("Rate limit reached" if status == 429 else "The server had an error while processing your request")
    kind = _KINDS.get(status, "server_error")
    return {"error": {"message": said, "type": kind, "param": None, "code": _CODES.get(status)}}


def _problem(body: Any) -> str:
    if not isinstance(body.get("model"), str):
        return "you must provide a model parameter"
    if _REASONS.fullmatch(body["model"]) and {"temperature", "max_tokens"} & body.keys():
        return "Unsupported parameter: this model takes 'max_completion_tokens' and no 'temperature'."
    if not 0 <= body.get("temperature", 1) <= 2:
        return "Invalid 'temperature': expected a value between 0 and 2."
    messages = body.get("messages")
    if not messages:
        return "Missing required parameter: 'messages'."
    if not all(_text(one.get("content")) for one in messages):
        return "Invalid value for 'content': expected a string, got null."
    demanded = (body.get("response_format") or {}).get("type") == "json_object"
    if demanded and not any("json" in _text(one["content"]).lower() for one in messages):
        return "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
    return ""


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or [])


def _refused(status: int, text: str) -> Answer:
    return document(failure(status, text), status)
