"""A template's address may name its bucket as a host, as Sceptre and S3's console write it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_HOST = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]*)\.s3[.-]([a-z0-9-]+\.)?amazonaws\.com(\.cn)?")


def install(_: Types) -> None:
    """Wraps how addresses of templates and policies are read, which takes the path's first part for the bucket."""
    from ministack.services.cloudformation import helpers

    require(helpers, "_resolve_document")
    wrap(helpers, "urlparse", _with_bucket_in_path)


def _with_bucket_in_path(original: Any) -> Any:
    def parse(url: str) -> SplitResult:
        parsed: Any = original(url)
        named = _HOST.fullmatch(parsed.hostname or "")
        found: SplitResult = parsed._replace(path=f"/{named['bucket']}{parsed.path}") if named else parsed
        return found

    return parse
