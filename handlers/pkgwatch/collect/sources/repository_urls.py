"""Repository URLs: reads the many ways in which a package names its repository."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HOSTS = ("github.com", "gitlab.com", "bitbucket.org")

_SHORTHAND = re.compile(r"(?:(github|gitlab|bitbucket):)?([A-Za-z0-9][\w.-]*/[\w.-]+)", re.ASCII)
_SHORTHAND_HOST = {"github": HOSTS[0], "gitlab": HOSTS[1], "bitbucket": HOSTS[2], None: HOSTS[0]}
_SSH = re.compile(r"(?:ssh://)?[\w.-]+@([\w.-]+)[:/](.+)")
# Anchored at the end: a URL with more after owner and name is not a repository's.
_GITHUB = re.compile(r"(?:^|//|@|www\.)github\.com[/:]([A-Za-z0-9][A-Za-z0-9-]*)/([\w.-]+)$", re.ASCII | re.IGNORECASE)
# Paths of github.com that look like owners.
_RESERVED = {"sponsors", "marketplace", "apps", "settings", "orgs", "features", "topics", "collections", "security"}


def clean_url(value: object) -> str:
    """An https URL without ``git+``, ``.git``, query and fragment, from any form a registry holds: text, a shorthand
    such as ``github:owner/name``, or an object with ``url``. "" for anything else."""
    text = value.get("url") if isinstance(value, dict) else value
    if not isinstance(text, str):
        return ""
    text = re.split(r"[?#]", text.strip().removeprefix("git+"))[0].rstrip("/").removesuffix(".git")
    shorthand = _SHORTHAND.fullmatch(text)
    if shorthand:
        return f"https://{_SHORTHAND_HOST[shorthand[1]]}/{shorthand[2]}"
    ssh = _SSH.fullmatch(text)
    if ssh:
        return f"https://{ssh[1]}/{ssh[2]}"
    scheme, separator, path = text.partition("://")
    return f"https://{path}" if separator and scheme in {"git", "http", "https"} and path else ""


def host(url: str) -> str:
    """The host name in lower case without ``www.``; "" if there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def github_repository(url: str) -> tuple[str, str] | None:
    """Owner and name of a repository on GitHub, None for any other URL."""
    found = _GITHUB.search(url)
    if not found or found[1].lower() in _RESERVED or set(found[2]) == {"."}:
        return None
    return found[1], found[2]
