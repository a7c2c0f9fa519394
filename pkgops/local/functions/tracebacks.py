"""How do tracebacks name the modules of a function, and what led to an error?

Loaded by the program of a function's process (`pkgops.local.functions.bootstrap`), which sees nothing of the tool.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
import traceback
from typing import Any


class ShortNames(importlib.machinery.SourceFileLoader):
    """Compiles the function's own modules under the names they have in the project, as tracebacks shall show them."""

    root = ""  # where the archive was unpacked

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        """The module's code."""
        return super().source_to_code(data, os.path.relpath(path, self.root), _optimize=_optimize)


def shorten_names(root: str) -> None:
    """Modules below the directory ``root`` are found by it, with relative names; sources are looked up along the
    path."""
    ShortNames.root = root
    finders = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
    sources = (ShortNames, importlib.machinery.SOURCE_SUFFIXES)
    compiled = (importlib.machinery.SourcelessFileLoader, importlib.machinery.BYTECODE_SUFFIXES)
    hook = importlib.machinery.FileFinder.path_hook(finders, sources, compiled)

    def below(path: str) -> Any:
        if path != root and not path.startswith(root + os.sep):
            raise ImportError("not the function's own")
        return hook(path)

    sys.path_hooks.insert(0, below)


def earlier(error: BaseException) -> str:
    """The exceptions that led to this one, as Python writes them above it."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is None:
        return ""
    direct = "The above exception was the direct cause of the following exception:"
    meanwhile = "During handling of the above exception, another exception occurred:"
    return f"{''.join(traceback.format_exception(before))}\n{direct if error.__cause__ else meanwhile}\n\n"
