"""How is a service reached, and what does it mean when it cannot be?

Clients come from botocore itself: importing boto3 on top costs 0.1 s for transfer machinery the tool does not
use (docs/adr/0003). One session a process; a client is made once, on first use.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pkgops.aws.credentials import nobody_there, remembered
from pkgops.aws.region import overridden, reached
from pkgops.aws.retry_policy import FOR_AWS, FOR_EMULATOR, NO_RETRIES, RetryPolicy, throttles
from pkgops.errors import AccessError, PkgopsError
from pkgops.events import Emit, Note, silent
from pkgops.model import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from pkgops.model import Stage

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_INVALID = {"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch"}
_DENIED = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_CONNECTIONS = 64  # one a thread: deploy --concurrency allows fifty
_NONE_OF_THE_SDKS = {"mode": "standard", "total_max_attempts": 1}
_LATER = "Repeat the command in a while; it takes up where this one stopped."
_SIGN_IN = "Sign in again (for SSO: aws sso login), then repeat the command; nothing is lost."


class Clients:
    """Makes the clients of one stage. ``endpoint`` is the emulator's URL, None on AWS; ``patience`` how often and
    how long a call is tried (None: as suits either). Safe to share."""

    def __init__(
        self,
        stage: Stage,
        endpoint: str | None = None,
        retry_policy: RetryPolicy | None = None,
        emit: Emit = silent,
    ) -> None:
        self.stage = stage
        self._emit = emit
        self._told: set[str] = {""}
        self.endpoint = endpoint
        self.retry_policy = retry_policy or (FOR_EMULATOR if endpoint else FOR_AWS)
        self._made: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._session: Any = None

    def get(self, service: str, *, asking: bool = False) -> Any:
        """The botocore client of a service. AccessError if there are no credentials to make it with. Lambda's tries a
        call once, because an invocation must not happen twice, unless it is for ``asking`` only."""
        key = f"{service} asking" if asking and service == "lambda" else service
        client = self._made.get(key)
        if client is None:
            with self._lock, translated(service):
                client = self._made.get(key) or self._make(
                    service, NO_RETRIES if key == "lambda" else self.retry_policy
                )
                self._made[key] = client
        return client

    def _make(self, service: str, retry_policy: RetryPolicy) -> Any:
        import botocore.session
        from botocore.config import Config

        if self._session is None:
            unread = {"profile": (None, None, None, None)} if self.endpoint else None  # AWS_PROFILE is for AWS
            self._session = botocore.session.Session(unread, profile=self.stage.profile)
            if not self.endpoint:
                self._tell(overridden(self.stage, os.environ, self._session))
                self._session.set_config_variable("region", self.stage.region)  # STS is asked there for a role, too
                remembered(self._session)
        options: dict[str, Any] = {"region_name": self.stage.region}
        if self.endpoint:
            options["config"] = Config(
                retries=_NONE_OF_THE_SDKS,
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=900,
                max_pool_connections=_CONNECTIONS,
                inject_host_prefix=False,
            )
            options["endpoint_url"] = self.endpoint
            if self.stage.profile is None:  # as root: whatever keys lie around here are for AWS
                options["aws_access_key_id"] = LOCAL_ACCOUNT
                options["aws_secret_access_key"] = "local"  # noqa: S105 - the emulator accepts any for root
        else:
            options["config"] = Config(
                retries=_NONE_OF_THE_SDKS,
                connect_timeout=10,
                read_timeout=905 if service == "lambda" else 60,  # a call may take 15 minutes, and only once
                max_pool_connections=_CONNECTIONS,
            )
        client = self._session.create_client(service, **options)
        retry_policy.join(client)
        if not self.endpoint:
            self._tell(reached(self.stage, client.meta.endpoint_url))
            self._reach(client.meta.endpoint_url)
        return client

    def _tell(self, text: str) -> None:
        """Says a thing once."""
        if text not in self._told:
            self._told.add(text)
            self._emit(Note(text, "warning"))

    def _reach(self, url: str) -> None:
        """Without a network the SDK would try for a minute; a name that does not resolve says it at once."""
        from botocore.exceptions import EndpointConnectionError, NoCredentialsError
        from botocore.utils import get_environ_proxies

        if self._session.get_credentials() is None:
            raise NoCredentialsError
        if get_environ_proxies(url):  # the proxy resolves it
            return
        try:
            socket.getaddrinfo(urlsplit(url).hostname, 443)
        except socket.gaierror as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns what botocore raises for access and transport into `AccessError`; ``what`` names the attempt.

    Other service errors pass through: the adapters know what they mean."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        meaning = _meaning(error, what)
        if meaning is None:
            raise
        raise meaning from error
    except BotoCoreError as error:
        raise _transport(error, what) from error
    except EOFError as error:
        raise nobody_there() from error


def _meaning(error: Any, what: str) -> PkgopsError | None:
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "")
    if code in _EXPIRED:
        return AccessError("The AWS credentials have expired.", _SIGN_IN)
    if code in _INVALID:
        return AccessError(f"AWS does not accept the credentials ({code}).", "Check AWS_PROFILE or the keys in use.")
    if code in _DENIED:
        return AccessError(
            f"Access denied ({what}): {text}",
            "Give the credentials in use this permission; all that is needed: pkgops doctor --policy",
        )
    if code in throttles():
        return AccessError(f"AWS refuses calls for their rate ({what}): {text}", _LATER)
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return AccessError(f"AWS fails ({what}): {text or code}", _LATER)
    return None


def _transport(error: Exception, what: str) -> PkgopsError:
    from botocore import exceptions as known

    if isinstance(error, known.NoCredentialsError | known.PartialCredentialsError | known.CredentialRetrievalError):
        return AccessError(
            "No AWS credentials found.", "Set AWS_PROFILE, sign in with aws sso login, or use --stage local."
        )
    if isinstance(error, known.ProfileNotFound):
        return AccessError(str(error) + ".", "Name an existing profile in stages.toml or AWS_PROFILE.")
    if isinstance(error, known.SSOError):
        return AccessError("The AWS sign-in session is missing or has expired.", _SIGN_IN)
    if isinstance(error, known.ConnectionError | known.HTTPClientError):
        return AccessError(
            f"Cannot reach AWS ({what}): {error}",
            "Check the network and the region; on stage local see: pkgops local status",
        )
    return AccessError(f"{what}: {error}", "See pkgops doctor.")
