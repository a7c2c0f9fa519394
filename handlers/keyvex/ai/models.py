"""Which model answers: the known ones with their prices and limits, and those of each process.

A deployment changes both with the environment variable AI_MODEL_OVERRIDES, JSON such as
``{"magicSpark": {"model": "claude-4-sonnet"}, "models": {"claude-4-sonnet": {"provider": "anthropic", "id": "..."}}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from handlers.keyvex.ai.providers.model import Model
from handlers.keyvex.shared.messages import Fields, InvalidMessage


class Choice(Fields, kw_only=True, forbid_unknown_fields=True):
    """The models of a process, by name, and how they are asked; None leaves what is configured."""

    model: str | None = None
    fallback: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None


class Overrides(Fields, kw_only=True, forbid_unknown_fields=True):
    """What a deployment changes."""

    magic_spark: Choice = msgspec.field(default_factory=Choice)
    logic_architect: Choice = msgspec.field(default_factory=Choice)
    content_crafter: Choice = msgspec.field(default_factory=Choice)
    style_master: Choice = msgspec.field(default_factory=Choice)
    models: dict[str, Model] = msgspec.field(default_factory=dict)

    def of(self, process: str) -> Choice:
        """The changes for a process."""
        found: Choice = getattr(
            self, dict(zip(self.__struct_encode_fields__, self.__struct_fields__, strict=True))[process]
        )
        return found


@dataclass(frozen=True, slots=True)
class Process:
    """The defaults of a process; ``development`` is the first model outside of production, if it is another one."""

    model: str
    fallback: str
    temperature: float
    max_tokens: int
    development: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The models to ask, in their order, and how."""

    models: tuple[tuple[str, Model], ...]
    temperature: float
    max_tokens: int


def _claude(model_id: str, input_price: float, output_price: float, max_tokens: int) -> Model:
    return Model(
        provider="anthropic", id=model_id, input_price=input_price, output_price=output_price, max_tokens=max_tokens
    )


def _gpt(model_id: str, input_price: float, output_price: float, max_tokens: int, json_mode: bool = True) -> Model:
    return Model(
        provider="openai",
        id=model_id,
        input_price=input_price,
        output_price=output_price,
        max_tokens=max_tokens,
        json_mode=json_mode,
    )


MODELS: Mapping[str, Model] = {
    "claude-3-7-sonnet": _claude("claude-3-7-sonnet-20250219", 0.003, 0.015, 64_000),
    "claude-3-5-sonnet": _claude("claude-3-5-sonnet-20241022", 0.003, 0.015, 8192),
    "claude-4-sonnet": _claude("claude-sonnet-4-20250514", 0.003, 0.015, 64_000),
    "claude-4-opus": _claude("claude-opus-4-20250514", 0.015, 0.075, 32_000),
    "claude-3-haiku": _claude("claude-3-haiku-20240307", 0.00025, 0.00125, 4096),
    # Its 8,192 tokens are those of prompt and answer together.
    "gpt-4": _gpt("gpt-4", 0.03, 0.06, 4096, json_mode=False),
    "gpt-4-turbo": _gpt("gpt-4-turbo", 0.01, 0.03, 4096),
    "gpt-4o": _gpt("gpt-4o", 0.005, 0.015, 16_384),
    "gpt-4.1": _gpt("gpt-4.1", 0.005, 0.015, 32_768),
    "gpt-4.1-mini": _gpt("gpt-4.1-mini", 0.00015, 0.0006, 32_768),
    "gpt-3.5-turbo": _gpt("gpt-3.5-turbo", 0.0015, 0.002, 4096),
}
OPENAI_MODEL = "gpt-4"

PROCESSES: Mapping[str, Process] = {
    "magicSpark": Process("claude-3-7-sonnet", "claude-3-5-sonnet", 0.8, 4000, development="claude-3-haiku"),
    "logicArchitect": Process("claude-3-7-sonnet", "claude-4-sonnet", 0.4, 8000),
    "contentCrafter": Process("claude-3-7-sonnet", "claude-3-5-sonnet", 0.7, 8000, development="claude-3-haiku"),
    "styleMaster": Process("claude-3-7-sonnet", "claude-3-5-sonnet", 0.6, 5000),
}
_TEMPERATURES = {
    ("magicSpark", "refine"): 0.6,
    ("magicSpark", "validate"): 0.3,
    ("magicSpark", "examples"): 0.6,
}


@cache
def overrides(text: str) -> Overrides:
    """The changes in AI_MODEL_OVERRIDES. ValueError if they are no valid ones."""
    try:
        return msgspec.json.decode(text, type=Overrides) if text else Overrides()
    except msgspec.MsgspecError as error:
        raise ValueError(f"AI_MODEL_OVERRIDES: {error}") from error


def choose(
    process: str, action: str, asked: tuple[str | None, str | None], environment: str, changed: Overrides
) -> Plan:
    """The models for a message, which may have asked for a provider and for a model. Raises `InvalidMessage` if that
    model is not configured."""
    provider, named = asked
    known = {**MODELS, **changed.models}
    if named and named not in known:
        raise InvalidMessage("input.model is not a configured model")
    default, own = PROCESSES[process], changed.of(process)
    usual = own.model or (default.development if environment == "development" else "") or default.model
    first = named or (OPENAI_MODEL if provider == "openai" else usual)
    names = dict.fromkeys((first, own.fallback or default.fallback))
    temperature = own.temperature if own.temperature is not None else default.temperature
    return Plan(
        models=tuple((name, known.get(name) or _unknown(name)) for name in names),
        temperature=_TEMPERATURES.get((process, action), temperature),
        max_tokens=own.max_tokens or default.max_tokens,
    )


def _unknown(model_id: str) -> Model:
    """A model by its provider's own id, without a price."""
    return Model(provider="anthropic" if model_id.startswith("claude") else "openai", id=model_id)
