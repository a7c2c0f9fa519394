"""Tokens as Cognito signs them, and their public keys."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def encoded(content: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Signer:
    """One key of a pool."""

    key_id: str = "key-1"
    bits: int = 2048
    extra: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256"})

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        """The key itself."""
        return rsa.generate_private_key(public_exponent=65537, key_size=self.bits)

    @property
    def jwk(self) -> dict[str, Any]:
        """The key as the pool publishes it."""
        public = self.private.public_key().public_numbers()
        n, e = (encoded(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (public.n, public.e))
        return {"kid": self.key_id, "kty": "RSA", "use": "sig", "n": n, "e": e, **self.extra}

    def sign(self, message: bytes) -> bytes:
        """The signature of a message."""
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def token(self, claims: Any, **header: Any) -> str:
        """A signed token."""
        parts = ({"kid": self.key_id, "alg": "RS256", **header}, claims)
        signed = ".".join(encoded(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{encoded(self.sign(signed.encode()))}"
