"""A small source tree of handlers, and distributions that they may import."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from pkgops.build.import_closure import ImportClosures
from pkgops.build.source_files import SourceTree

SELL = "handlers/shop/sell.py"
FILES = {
    "handlers/__init__.py": "",
    "handlers/common/__init__.py": "",
    "handlers/common/http.py": "import json\n",
    "handlers/common/unused.py": "import nothing_at_all\n",
    "handlers/shop/__init__.py": "",
    "handlers/shop/rules.py": "from handlers.common import http\nfrom .prices import price\n",
    "handlers/shop/prices.py": "import boto3\n",
    "handlers/shop/prices.json": "{}",
    "handlers/shop/sell.py": "from handlers.shop.rules import price\nimport httpx\n",
}


class Known:
    """Distributions by import name, as their metadata says."""

    names: ClassVar = {"httpx": ("httpx",), "jwt": ("pyjwt",), "google": ("google-auth", "googleapis-common-protos")}

    def needed_for(self, module: str) -> tuple[str, ...]:
        return self.names.get(module, ())

    def available(self, module: str) -> bool:
        return module in {*self.names, "boto3"}

    def absence(self, module: str) -> tuple[str, str]:
        return "which is neither pinned nor in handlers/", "Pin it."


def closures(root: Path, python: str = "3.12", known: dict[str, Any] | None = None) -> ImportClosures:
    return ImportClosures(SourceTree(root, "handlers"), Known(), python, known)


def write(root: Path, body: str) -> ImportClosures:
    (root / "handlers/shop/sell.py").write_text(body, encoding="utf-8")
    return closures(root)


def add(root: Path, name: str, body: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(body, encoding="utf-8")
