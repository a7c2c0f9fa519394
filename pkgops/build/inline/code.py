"""Code inside templates: the bundle of a handler appended to the lines that give its settings."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from pkgops.build.inline.bundle import bundle
from pkgops.errors import BuildError
from pkgops.model import INLINE, PACKAGED

_TEXT = 4 * 2**20  # bytes of code in a template, CloudFormation quota
_ZIPPED = 2**20  # bytes of a function for viewer events, CloudFront quota


def inline_path(code: Mapping[str, Any], start: str = INLINE) -> str:
    """The path of the handler whose code belongs into the template (see `pkgops.scope.inline_code`), "" if there is
    none. ``start`` is how the first line begins: that of packaged code is `pkgops.model.PACKAGED`."""
    found = code.get("ZipFile")
    parts = found.get("Fn::Join", ["", []])[1] if isinstance(found, Mapping) else []
    first = parts[0].partition("\n")[0] if isinstance(parts, list) and parts and isinstance(parts[0], str) else ""
    path = first.removeprefix(start)
    return path if path != first and path.endswith(".py") else ""


def inlined(
    code: Mapping[str, Any], handler: str, sources: Mapping[str, bytes], requirements: Sequence[str]
) -> dict[str, Any]:
    """The code of a function with its modules. BuildError for what a template cannot hold."""
    if requirements:
        raise BuildError(
            f"{handler} needs {', '.join(requirements)}, but its code is in the template, which holds no packages.",
            "Use the standard library there.",
        )
    if others := [path for path in sources if not path.endswith(".py")]:
        raise BuildError(
            f"{handler} comes with {others[0]}, but its code is in the template, which holds modules only.",
            "Put the content into a module.",
        )
    done = copy.deepcopy(dict(code))
    parts = done["ZipFile"]["Fn::Join"][1]
    parts[0] = PACKAGED + parts[0].removeprefix(INLINE)
    text = _within(handler, bundle(handler, {path: content.decode() for path, content in sources.items()}))
    if isinstance(parts[-1], str):
        parts[-1] += text
    else:
        parts.append(text)
    return done


def _within(handler: str, text: str) -> str:
    """The text; BuildError if it is too large for a template, or for viewer events."""
    plain = text.encode()
    zipped = len(zlib.compress(plain))
    if len(plain) > _TEXT or zipped > _ZIPPED:
        raise BuildError(
            f"{handler} and what it imports have {len(plain)} bytes, {zipped} zipped; AWS accepts {_TEXT} of code in a "
            f"template, and {_ZIPPED} zipped at the edge.",
            "Import less.",
        )
    return text
