"""What is known of a model."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Provider = Literal["anthropic", "openai"]
_UNKNOWN_LIMIT = 4096  # output tokens that every model takes
_REASONING = re.compile(r"o\d")


class Model(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A model: its provider's ``id``, USD per 1,000 tokens that go in and come out, the output tokens it takes at
    most, whether it can be told to write nothing but a JSON object."""

    provider: Provider
    id: str
    input_price: float = 0.0
    output_price: float = 0.0
    max_tokens: int = _UNKNOWN_LIMIT
    json_mode: bool = False

    @property
    def reasons(self) -> bool:
        """Whether it takes no temperature and counts its thoughts as output: OpenAI's o-series."""
        return self.provider == "openai" and _REASONING.match(self.id) is not None

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """USD for so many tokens."""
        return round((tokens_in * self.input_price + tokens_out * self.output_price) / 1000, 9)
