"""Progress as JSON lines on stderr, for programs."""

from __future__ import annotations

import json
import threading
from dataclasses import fields
from typing import Any, TextIO

from pkgops.cli.output.terminal import json_escaped
from pkgops.events import Event


class JsonDisplay:
    """One JSON object per event: ``{"event": "StackChanged", "stack": ...}``. Thread-safe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        """Writes the event."""
        values: dict[str, Any] = {field.name: getattr(event, field.name) for field in fields(event)}
        with self._lock:
            self._stream.write(json_escaped(json.dumps({"event": type(event).__name__, **values})) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Does nothing: every event is written when it arrives."""
