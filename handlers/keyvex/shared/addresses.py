"""What counts as an e-mail address."""

from __future__ import annotations


def is_address(text: str) -> bool:
    """One ``@`` with something before it, a dot within the domain, no white space."""
    name, _, domain = text.partition("@")
    plain = text.count("@") == 1 and not any(letter.isspace() for letter in text)
    return plain and bool(name) and "." in domain.strip(".") and len(text) <= 254
