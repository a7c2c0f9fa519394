"""Which file of the emulator's home directory holds what?"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

HOME_VARIABLE = "PKGOPS_LOCAL_HOME"
PORT_VARIABLE = "PKGOPS_LOCAL_PORT"
PROJECT_VARIABLE = "PKGOPS_LOCAL_PROJECT"
IDENTITY_PATH = "/_pkgops/identity"


@dataclass(frozen=True, slots=True)
class Home:
    """The files below one project's ``.pkgops/local``; client and server agree on them through this."""

    root: Path

    @property
    def log(self) -> Path:
        """What the server writes to its standard streams; started anew with each server."""
        return self.root / "server.log"

    @property
    def info(self) -> Path:
        """JSON the server writes when it listens: pid, port, identity, version, started."""
        return self.root / "server.json"

    @property
    def starting(self) -> Path:
        """Locked by a client while it starts or stops the server, so that two cannot do so at once."""
        return self.root / "client.lock"

    @property
    def alive(self) -> Path:
        """Locked by the server for as long as it lives: two servers never share one state."""
        return self.root / "server.lock"

    @property
    def snapshots(self) -> Path:
        """The saved state, one directory a snapshot, and the name of the newest in ``current``."""
        return self.root / "state"

    @property
    def objects(self) -> Path:
        """The bodies of S3 objects."""
        return self.root / "s3"

    @property
    def runtime(self) -> Path:
        """What a handler finds besides the standard library: the AWS SDK."""
        return self.root / "runtime"

    @property
    def scratch(self) -> Path:
        """The server's TMPDIR, with the unpacked functions; gone when it stops."""
        return self.root / "tmp"

    @property
    def running(self) -> Path:
        """Present while a server runs, holding its start (epoch seconds): left behind by a crash."""
        return self.root / "running"

    @property
    def identity(self) -> str:
        """Tells this home's server from another one on the same port."""
        return sha256(str(self.root.resolve()).encode()).hexdigest()[:16]
