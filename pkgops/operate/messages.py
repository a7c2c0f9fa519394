"""Is something a message that the handler of a queue accepts?

Its own code decides: the module that defines the message's type is imported by a process of its own, because the tool
imports no handlers.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pkgops.declarations import MessageFormat
from pkgops.errors import ConfigError, UsageError
from pkgops.model import NAMED_ENVIRONMENT
from pkgops.operate.queues import Queue

_SECONDS = 60.0  # for a process that takes 0.2 on an idle machine
# Exits with 0 for a message, prints why it is none and exits with 3, or fails because the model cannot be used.
_CHECK = """\
import sys
from importlib import import_module
import msgspec
module = import_module(sys.argv[1])
model = module.MESSAGE
if sys.argv[2:] == ["schema"]:
    print(msgspec.json.encode(msgspec.json.schema(model)).decode())
else:
    body = sys.stdin.buffer.read()
    try:
        msgspec.json.decode(body, type=model)
        reason = getattr(module, "refusal", lambda _: "")(msgspec.json.decode(body))
    except (msgspec.MsgspecError, RecursionError) as error:
        reason = str(error)
    if reason:
        print(reason)
        sys.exit(3)
"""
_NO_MESSAGE = 3
_PLACEHOLDER = re.compile(r"\{\w+\}")


def format_of(formats: Sequence[MessageFormat], queue: Queue) -> MessageFormat | None:
    """The format that is declared for a queue; None if there is none. A placeholder in the declared name (``{stage}``)
    stands for any word."""
    return next((one for one in formats if _means(one.queue, queue)), None)


def _means(declared: str, queue: Queue) -> bool:
    pattern = "[A-Za-z0-9-]+".join(map(re.escape, _PLACEHOLDER.split(declared)))
    return any(re.fullmatch(pattern, name) for name in (queue.name, queue.documented))


def body_of(data: bytes, declared: MessageFormat | None, kind: str | None) -> str:
    """A message's body: ``data``, JSON, with ``kind`` in the field that the format names. UsageError if that cannot
    be."""
    message: Any = json.loads(data)
    if kind is None:
        return json.dumps(message, ensure_ascii=False)
    if declared is None or not declared.kind:
        raise UsageError("Messages of this queue have no type.", "Leave --type out.")
    if not isinstance(message, dict):
        raise UsageError("The message is no JSON object.", "Only an object has a field for --type.")
    if message.get(declared.kind, kind) != kind:
        raise UsageError(
            f"--type is {kind}, but {declared.kind} of the message is {message[declared.kind]}.", "Give one of them."
        )
    return json.dumps({declared.kind: kind, **message}, ensure_ascii=False)


def require_valid(root: Path, declared: MessageFormat, body: str) -> None:
    """UsageError with the handler's reason unless the project's handler accepts the body; ConfigError if its model
    cannot be used."""
    done = _run(root, declared, body)
    if done.returncode == _NO_MESSAGE:
        queue = declared.queue.replace(f"-{NAMED_ENVIRONMENT}", "")
        raise UsageError(
            f"{queue} does not accept the message: {done.stdout.strip()}.",
            "Nothing was sent. The whole format: pkgops queues send QUEUE --schema",
        )


def schema(root: Path, declared: MessageFormat) -> Any:
    """The JSON schema of the messages. ConfigError if the model cannot be used."""
    return json.loads(_run(root, declared, "", "schema").stdout)


def _run(root: Path, declared: MessageFormat, body: str, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-P", "-c", _CHECK, declared.model, *words],
        input=body,
        capture_output=True,
        encoding="utf-8",
        cwd=root,
        env=kept | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"},
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode not in (0, _NO_MESSAGE):
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ConfigError(
            f"The format of {declared.queue}, MESSAGE of {declared.model}, cannot be used: {last}",
            "Correct the module, or `messages` in the system's definition.",
        )
    return done
