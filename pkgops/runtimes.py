"""Which Python runtimes does AWS Lambda have, on which system do they run, and when does their support end?"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime. ``python`` is its version ("3.12"), ``system`` its Linux distribution with the ``glibc`` of that
    (major, minor); ``ends`` is the day its support ends ("2028-10-31")."""

    name: str
    system: str
    glibc: tuple[int, int]
    ends: str

    @property
    def python(self) -> str:
        """The version of Python."""
        return self.name.removeprefix("python")

    @property
    def ended(self) -> bool:
        """Whether its support has ended: no more security updates, and AWS soon refuses to create functions with it."""
        return self.ends <= time.strftime("%Y-%m-%d")


_AL1 = ("Amazon Linux", (2, 17))
_AL2 = ("Amazon Linux 2", (2, 26))
_AL2023 = ("Amazon Linux 2023", (2, 34))

# Names, systems and dates: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html ("Deprecation date").
RUNTIMES: Mapping[str, Runtime] = {
    name: Runtime(name, *system, ends)
    for name, system, ends in (
        ("python2.7", _AL1, "2021-07-15"),
        ("python3.6", _AL1, "2022-07-18"),
        ("python3.7", _AL1, "2023-12-04"),
        ("python3.8", _AL2, "2024-10-14"),
        ("python3.9", _AL2, "2025-12-15"),
        ("python3.10", _AL2, "2026-10-31"),
        ("python3.11", _AL2, "2027-06-30"),
        ("python3.12", _AL2023, "2028-10-31"),
        ("python3.13", _AL2023, "2029-06-30"),
        ("python3.14", _AL2023, "2029-06-30"),
    )
}


def supported() -> tuple[str, ...]:
    """The names of the runtimes whose support has not ended, oldest first."""
    return tuple(name for name, runtime in RUNTIMES.items() if not runtime.ended)
