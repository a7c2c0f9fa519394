"""A change that AWS would refuse, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pkgops.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Refusal:
    """``stack`` is a key, ``text`` a phrase about the resource, ``remedy`` a sentence."""

    stack: str
    logical_id: str
    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.logical_id}: {self.text}"


def require_none(refusals: Iterable[Refusal]) -> None:
    """RefusedError that lists what AWS would refuse, if there is anything."""
    rows = list(refusals)
    if rows:
        listed = "\n".join(f"  {row}" for row in rows)
        hint = " ".join(dict.fromkeys(row.remedy for row in rows))
        raise RefusedError(f"AWS would refuse this; nothing was changed:\n{listed}", hint)
