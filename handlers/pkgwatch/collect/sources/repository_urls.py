"""Where is a package's source, and is that GitHub?"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HOSTS = ("github.com", "gitlab.com", "bitbucket.org")

_SHORT = re.compile(r"(?:(github|gitlab|bitbucket):)?([A-Za-z0-9][\w.-]*/[\w.-]+)", re.ASCII)
_SHORT_HOST = {"github": HOSTS[0], "gitlab": HOSTS[1], "bitbucket": HOSTS[2], None: HOSTS[0]}
_SSH = re.compile(r"(?:ssh://)?[\w.-]+@([\w.-]+)[:/](.+)")
# The end counts: what has more behind owner and name is no repository's address.
_GITHUB = re.compile(r"(?:^|//|@|www\.)github\.com[/:]([A-Za-z0-9][A-Za-z0-9-]*)/([\w.-]+)$", re.ASCII | re.IGNORECASE)
# Pages of github.com that look like owners.
_PAGES = {"sponsors", "marketplace", "apps", "settings", "orgs", "features", "topics", "collections", "security"}


def cleaned(value: object) -> str:
    """An https address without ``git+``, ``.git``, query and fragment, from whatever a registry holds: text, a
    shorthand such as ``github:owner/name``, or an object with ``url``. "" if there is none."""
    text = value.get("url") if isinstance(value, dict) else value
    if not isinstance(text, str):
        return ""
    text = re.split(r"[?#]", text.strip().removeprefix("git+"))[0].rstrip("/").removesuffix(".git")
    short = _SHORT.fullmatch(text)
    if short:
        return f"https://{_SHORT_HOST[short[1]]}/{short[2]}"
    ssh = _SSH.fullmatch(text)
    if ssh:
        return f"https://{ssh[1]}/{ssh[2]}"
    scheme, separator, rest = text.partition("://")
    return f"https://{rest}" if separator and scheme in {"git", "http", "https"} and rest else ""


def host(url: str) -> str:
    """The host's name in lower case without ``www.``; "" if there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def github_repository(url: str) -> tuple[str, str] | None:
    """Owner and name of a repository on GitHub, None if the address is not one."""
    found = _GITHUB.search(url)
    if not found or found[1].lower() in _PAGES or set(found[2]) == {"."}:
        return None
    return found[1], found[2]
