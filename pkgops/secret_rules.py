"""The rules of a system's secrets: which fields they have, and what their values look like.

A secret without rules takes any text, or any fields.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretField:
    """A field of a secret that is a JSON object. Values begin with ``prefix`` ("sk-"). `pkgops secrets init` makes a
    value where there is none if ``generated`` says of what: "base64" is 32 random bytes, "letters" 32 letters and
    digits. ``note`` is what else to do once it has changed."""

    name: str
    prefix: str = ""
    generated: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SecretRule:
    """The fields a secret may have, by its documented name: others are refused; one without fields is text. With
    ``stack`` that stack makes the secret, and nothing is stored before it; ``placeholder`` is the field it needed for
    that, which is dropped once another is set."""

    secret: str
    fields: tuple[SecretField, ...]
    stack: str = ""
    placeholder: str = ""
