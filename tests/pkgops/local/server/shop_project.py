"""A project of one system, ``shop``, with a companion of its own: ``counter``."""

from __future__ import annotations

from pathlib import Path

_MAIN = """
import asyncio, json, sys
from contextlib import asynccontextmanager
from pkgops.local.companion import run

requests = []

@asynccontextmanager
async def serving(context):
    async def answer(reader, writer):
        head = (await reader.readuntil(b"\\r\\n\\r\\n")).decode().splitlines()
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        method, path, _ = head[0].split(" ")
        allowed = context.allows(path, fields)
        requests.append(path)
        found = {"method": method, "path": path, "requests": len(requests), "base": context.base}
        if path.startswith("/deployed"):
            found |= {"output": context.output("Shop-local", "Url"), "secret": context.secret("shop/key", "key")}
        body = json.dumps(found).encode()
        status = "200 OK" if allowed else "403 Forbidden"
        head = f"HTTP/1.1 {status}\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, sock=context.listening)
    yield
    server.close()

sys.exit(run("counter", serving))
"""


def shop_project(root: Path, *systems: str) -> Path:
    """Writes the project; each of ``systems``, ``shop`` if none is named, has the companion."""
    for system in systems or ("shop",):
        package = root / "companions" / system / "counter"
        package.mkdir(parents=True)
        for directory in (package, package.parent, package.parents[1]):
            (directory / "__init__.py").touch()
        (package / "__main__.py").write_text(_MAIN)
    return root
