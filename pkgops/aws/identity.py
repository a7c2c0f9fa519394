"""The identity of the credentials: the `Identity` port on STS."""

from __future__ import annotations

from pkgops.aws.connection.client import Clients, translated


class StsIdentity:
    """`pkgops.ports.identity.Identity` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def account(self) -> str:
        with translated("sts:GetCallerIdentity"):
            return str(self._clients.get("sts").get_caller_identity()["Account"])
