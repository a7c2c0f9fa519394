"""A client of Cognito's SRP login, for tests: what amazon-cognito-identity-js computes, in Python."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Any

# RFC 5054's group of 3072 bits, with Cognito's generator.
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
G = 2


class Login:
    """One login at a pool: ``parameters()`` begin it, ``answer()`` the challenge that comes back."""

    def __init__(self, pool: str, user: str, password: str) -> None:
        self._pool, self._user, self._password = pool.partition("_")[2], user, password
        self._private = secrets.randbelow(N - 2) + 1
        self._public = pow(G, self._private, N)

    def parameters(self) -> dict[str, str]:
        """``AuthParameters`` of ``InitiateAuth``."""
        return {"USERNAME": self._user, "SRP_A": f"{self._public:x}"}

    def answer(self, challenge: dict[str, str]) -> dict[str, str]:
        """``ChallengeResponses`` to a ``PASSWORD_VERIFIER``."""
        now = datetime.now(UTC)
        timestamp = f"{now:%a %b} {now.day} {now:%H:%M:%S} UTC {now.year}"
        block, user = challenge["SECRET_BLOCK"], challenge["USER_ID_FOR_SRP"]
        signed = (self._pool + user).encode() + base64.b64decode(block) + timestamp.encode()
        signature = hmac.digest(self._key(challenge, user), signed, "sha256")
        return {
            "USERNAME": user,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(signature).decode(),
            "TIMESTAMP": timestamp,
        }

    def _key(self, challenge: dict[str, str], user: str) -> bytes:
        theirs, salt = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16)
        scramble = _number(_padded(self._public), _padded(theirs))
        shared = self._shared(theirs, scramble, _padded(salt), user)
        extracted = hmac.digest(_padded(scramble), _padded(shared), "sha256")
        return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]

    def _shared(self, theirs: int, scramble: int, salt: bytes, user: str) -> int:
        """What only who knows the password can work out, and the pool."""
        inner = hashlib.sha256(f"{self._pool}{user}:{self._password}".encode()).digest()
        secret = _number(salt, inner)
        multiplier = _number(_padded(N), _padded(G))
        return pow(theirs - multiplier * pow(G, secret, N), self._private + scramble * secret, N)


def log_in(cognito: Any, pool: str, client: str, user: str, password: str) -> dict[str, Any]:
    """What Cognito answers to a whole login: tokens or another challenge."""
    login = Login(pool, user, password)
    posed = cognito.initiate_auth(ClientId=client, AuthFlow="USER_SRP_AUTH", AuthParameters=login.parameters())
    assert posed["ChallengeName"] == "PASSWORD_VERIFIER", posed
    given = login.answer(posed["ChallengeParameters"])
    answer: dict[str, Any] = cognito.respond_to_auth_challenge(
        ClientId=client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=given
    )
    return answer


def _padded(number: int) -> bytes:
    """Big-endian, and never negative when read as a signed number."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")
