"""The accounts at providers: where they are reached, and by which key."""

from __future__ import annotations

from handlers.common.secrets import SecretUnavailable, secret
from handlers.keyvex.ai.providers import anthropic, openai
from handlers.keyvex.ai.providers.completion import Completion, ProviderError, Question
from handlers.keyvex.ai.providers.model import Model
from handlers.keyvex.shared.settings import settings


def ask_model(model: Model, question: Question, seconds: float) -> Completion:
    """What a model answers within so many seconds. Raises `ProviderError`, also if there is no key."""
    known = settings()
    if model.provider == "anthropic":
        key = _key("anthropic_api_key")
        return anthropic.complete(known.anthropic_base_url, key, model, question, seconds)
    keys = (_key("openai_api_key"), _optional("openai_organization"))
    return openai.complete(known.openai_base_url, keys, model, question, seconds)


def _key(field: str) -> str:
    try:
        return secret(settings().ai_secrets, field)
    except SecretUnavailable as error:
        raise ProviderError(f"no_{field}") from error


def _optional(field: str) -> str:
    try:
        return secret(settings().ai_secrets, field)
    except SecretUnavailable:
        return ""
