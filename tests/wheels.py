"""Small wheels made for a test, and an installer that finds no others: nothing is downloaded."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Wheels:
    """The wheels in ``folder``, with the pins that name them."""

    folder: Path
    pins: dict[str, list[str]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        version: str,
        files: Mapping[str, str | bytes],
        *,
        tag: str = "py3-none-any",
        metadata: Sequence[str] = (),
    ) -> None:
        """Makes a wheel; ``metadata`` are further lines ("Requires-Dist: ...")."""
        known = f"{name.replace('-', '_')}-{version}"
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata]
        content = {
            **files,
            f"{known}.dist-info/METADATA": "\n".join(head) + "\n",
            f"{known}.dist-info/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
        }
        path = self.folder / f"{known}-{tag}.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            record = "".join(f"{one},{_hash(_bytes(text))},{len(_bytes(text))}\n" for one, text in content.items())
            for one, text in content.items():
                wheel.writestr(one, _bytes(text))
            wheel.writestr(f"{known}.dist-info/RECORD", f"{record}{known}.dist-info/RECORD,,\n")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.pins.setdefault(f"{name}=={version}", []).append(f"--hash=sha256:{digest}")

    def lines(self, markers: Mapping[str, str] | None = None) -> str:
        """A ``requirements.txt`` of all of them; ``markers`` by name."""
        rows = []
        for pin, hashes in self.pins.items():
            marker = (markers or {}).get(pin.partition("==")[0], "")
            rows.append(" \\\n    ".join([pin + (f" ; {marker}" if marker else ""), *hashes]))
        return "\n".join(rows) + "\n"


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _hash(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def use(wheels: Wheels, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the installer see these wheels alone."""
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels.folder))
