"""A running emulator for tests: the tool's own launcher, on a free port, with its own home."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from pathlib import Path
from typing import Any

from pkgops.local.client.emulator import Emulator
from pkgops.local.client.loopback import fetch
from pkgops.testing.deployed import free_port
from tests.canary import watch
from tests.repository import ROOT

ACCOUNT = "000000000000"
REGION = "us-east-1"
TRUSTED = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}


def start_emulator(project: Path, resume: int = 0) -> Emulator:
    """Starts the emulator of a project directory, which serves this repository's companions; the caller stops it with
    ``down()``. ``resume`` is how many seconds a paused cluster holds its first connection (0: none pauses)."""
    emulator = Emulator(project / ".pkgops" / "local", free_port(), ROOT, resume=resume)
    emulator.up()
    watch(emulator.credentials().secret)
    return emulator


def mails(emulator: Emulator, to: str) -> list[dict[str, Any]]:
    """What was sent to an address, oldest first: Source, Subject, BodyText, BodyHtml."""
    _, body = fetch(emulator.port, "/_ministack/ses/messages", credentials=emulator.credentials())
    accounts = json.loads(body)["messages"]
    rows = sorted((row for rows in accounts.values() for row in rows), key=lambda row: row["Timestamp"])
    return [row for row in rows if to in row["To"]]


def client(emulator: Emulator, service: str) -> Any:
    """A boto3 client of the emulator's owner."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=emulator.credentials().secret,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, inject_host_prefix=False),
    )


def archive(files: dict[str, str]) -> bytes:
    """A zip with these texts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, textwrap.dedent(text))
    return buffer.getvalue()
