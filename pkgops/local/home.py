"""The files of the emulator's home directory, on which client and server agree."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

HOME_VARIABLE = "PKGOPS_LOCAL_HOME"
PORT_VARIABLE = "PKGOPS_LOCAL_PORT"
PROJECT_VARIABLE = "PKGOPS_LOCAL_PROJECT"
WORKERS_VARIABLE = "PKGOPS_LOCAL_WORKERS"  # how many processes of functions may stand at once; empty: by cores
RESUME_VARIABLE = "PKGOPS_LOCAL_RESUME"  # seconds that a paused cluster takes to be there again; 0: none pauses
# A file that another process holds a lock on (flock): the emulator ends with that process, however it ends.
OWNER_VARIABLE = "PKGOPS_LOCAL_OWNER"
IDENTITY_PATH = "/_pkgops/identity"
REQUESTS_PATH = "/_pkgops/requests"
REPLAY_PATH = "/_pkgops/requests/replay"
PAUSE_PATH = "/_pkgops/pause"


def proof(secret: str, nonce: str) -> str:
    """What the emulator answers to show that it has the home's ``secret``: another program on its port has not."""
    return hmac.digest(secret.encode(), f"identity {nonce}".encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Home:
    """The files below ``root``, one project's ``.pkgops/local``."""

    root: Path

    @property
    def log(self) -> Path:
        """What the server writes to its standard streams; each server starts a new one."""
        return self.root / "server.log"

    @property
    def info(self) -> Path:
        """JSON the server writes when it listens: pid, port, identity, version, started."""
        return self.root / "server.json"

    @property
    def credentials(self) -> Path:
        """The root user's secret (`pkgops.local.credentials`)."""
        return self.root / "credentials"

    @property
    def client_lock(self) -> Path:
        """Locked by a client while it starts or stops the server, so that two cannot do so at once."""
        return self.root / "client.lock"

    @property
    def server_lock(self) -> Path:
        """Locked by the server while it runs, and holds its pid: two servers never share one state."""
        return self.root / "server.lock"

    @property
    def snapshots(self) -> Path:
        """The saved states, a directory each (`pkgops.local.saved_states`)."""
        return self.root / "state"

    @property
    def objects(self) -> Path:
        """S3's objects as they are now; saved states have links to those of their time."""
        return self.root / "s3"

    @property
    def service_files(self) -> Path:
        """Files that services keep themselves: functions' code, keys of user pools."""
        return self.root / "kept"

    @property
    def postgresql(self) -> Path:
        """The files of PostgreSQL servers, a directory each (`pkgops.local.databases.postgres_files`)."""
        return self.root / "postgresql"

    @property
    def certificate(self) -> Path:
        """The certificate of distributions' and WebSocket APIs' ports (PEM); whoever wants no warning trusts it."""
        return self.root / "certificate.pem"

    @property
    def certificate_key(self) -> Path:
        """The certificate's private key (PEM)."""
        return self.root / "certificate.key"

    @property
    def scratch(self) -> Path:
        """The server's TMPDIR, with the unpacked functions; removed when it stops."""
        return self.root / "tmp"

    @property
    def crash_marker(self) -> Path:
        """Present while a server runs, holding its start (epoch seconds); a crash leaves it behind."""
        return self.root / "running"

    @property
    def identity(self) -> str:
        """Tells this home's server from another one on the same port."""
        return sha256(str(self.root.resolve()).encode()).hexdigest()[:16]

    def make(self) -> None:
        """Creates the directory, for its owner alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
