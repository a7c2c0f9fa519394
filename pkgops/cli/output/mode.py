"""The output mode of a run: text or JSON, colored or not, with tracebacks or without."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TextIO


@dataclass
class OutputMode:
    """``json`` for programs, ``debug`` for all progress and tracebacks, ``color`` None: on terminals only."""

    json: bool = False
    debug: bool = False
    color: bool | None = None

    def detect(self, args: Sequence[str]) -> None:
        """Sets ``json`` and ``debug`` from arguments that are not parsed yet: a parse error follows them too."""
        pairs = set(pairwise(args))
        wants_json = {"--output=json", "-ojson"} & set(args) or {("--output", "json"), ("-o", "json")} & pairs
        self.json, self.debug = bool(wants_json), "--debug" in args

    def colored(self, stream: TextIO) -> bool:
        """Whether to color what goes to ``stream``: as requested, else on a terminal unless NO_COLOR is set."""
        if self.color is not None:
            return self.color
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
