"""SSM's Parameter Store: the `Parameters` port."""

from __future__ import annotations

from collections.abc import Sequence

from pkgops.aws.connection.client import Clients, translated

_AT_ONCE = 10  # names in a request


class SsmParameters:
    """`pkgops.ports.parameters.Parameters` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def values(self, names: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        wanted = sorted({*names})
        for start in range(0, len(wanted), _AT_ONCE):
            with translated("ssm:GetParameters"):
                answer = self._clients.get("ssm").get_parameters(Names=wanted[start : start + _AT_ONCE])
            found |= {row["Name"] + row.get("Selector", ""): row["Value"] for row in answer["Parameters"]}
        return found
