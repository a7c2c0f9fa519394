"""The botocore clients of a stage, and the translation of their errors.

Clients come from botocore itself: importing boto3 on top costs 0.1 s for transfer machinery the tool does not
use (docs/adr/0003). One session a process; a client is made once, on first use.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pkgops.aws.connection.answers import check_answers
from pkgops.aws.connection.credentials import SIGN_IN, credentials_error, no_terminal_error, prepare_providers
from pkgops.aws.connection.region import check_endpoint, overridden_region
from pkgops.aws.connection.retry_policy import FOR_AWS, FOR_EMULATOR, NO_RETRIES, RetryPolicy, throttling_codes
from pkgops.errors import AccessError, PkgopsError
from pkgops.events import Emit, Note, silent
from pkgops.model import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from pkgops.model import Stage
    from pkgops.ports.identity import SessionKeys

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_INVALID = {"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch"}
_DENIED = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
NO_SECRET = "none"  # noqa: S105 - for a server that checks no signatures
_CONNECTIONS = 64  # one a thread: deploy --concurrency allows fifty
_NO_SDK_RETRIES = {"mode": "standard", "total_max_attempts": 1}
_FOR_EMULATOR: dict[str, Any] = {
    "retries": _NO_SDK_RETRIES,
    "s3": {"addressing_style": "path"},
    "connect_timeout": 5,
    "read_timeout": 900,
    "max_pool_connections": _CONNECTIONS,
    "inject_host_prefix": False,
    "proxies": {},  # a proxy of the environment is not for this machine
}
_LATER = "Repeat the command later; it continues where this one stopped."


class Clients:
    """Creates the clients of one stage. ``endpoint`` is the emulator's URL, None on AWS, and ``root_secret`` what its
    root user signs with; ``retry_policy`` says how often and how long a call is tried (None: the default of either);
    ``keys`` are used in the place of the stage's own credentials. Thread-safe."""

    def __init__(
        self,
        stage: Stage,
        endpoint: str | None = None,
        retry_policy: RetryPolicy | None = None,
        emit: Emit = silent,
        root_secret: str = NO_SECRET,
        keys: SessionKeys | None = None,
    ) -> None:
        self.stage = stage
        self.keys = keys
        self._emit = emit
        self._emitted: set[str] = {""}
        self.endpoint = endpoint
        self.root_secret = root_secret
        self.retry_policy = retry_policy or (FOR_EMULATOR if endpoint else FOR_AWS)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._session: Any = None

    def get(self, service: str, *, repeatable: bool = False) -> Any:
        """The botocore client of a service. AccessError if there are no credentials. Lambda's does not retry, because a
        function must not be invoked twice, unless it is for ``repeatable`` calls."""
        key = f"{service} repeatable" if repeatable and service == "lambda" else service
        client = self._clients.get(key)
        if client is None:
            with self._lock, translated(service):
                client = self._clients.get(key) or self._create(
                    service, NO_RETRIES if key == "lambda" else self.retry_policy
                )
                self._clients[key] = client
        return client

    def in_region(self, region: str) -> Clients:
        """The clients of another region, with the same credentials, asked for once."""
        stage = replace(self.stage, region=region)
        other = Clients(stage, self.endpoint, self.retry_policy, silent, self.root_secret, self.keys)
        other._session = self._session
        return other

    def _create(self, service: str, retry_policy: RetryPolicy) -> Any:
        from botocore.config import Config

        options: dict[str, Any] = {"region_name": self.stage.region}
        if self.endpoint:
            options["config"] = Config(**_FOR_EMULATOR)
            options["endpoint_url"] = self.endpoint
            if self.stage.profile is None:  # as root: keys in the environment are for AWS
                options["aws_access_key_id"] = LOCAL_ACCOUNT
                options["aws_secret_access_key"] = self.root_secret
        else:
            options["config"] = Config(
                retries=_NO_SDK_RETRIES,
                connect_timeout=10,
                read_timeout=905 if service == "lambda" else 60,  # a call may take 15 minutes, and only once
                max_pool_connections=_CONNECTIONS,
            )
        if self.keys is not None:
            options["aws_access_key_id"] = self.keys.id
            options["aws_secret_access_key"] = self.keys.secret
            options["aws_session_token"] = self.keys.token
        client = self._opened().create_client(service, **options)
        retry_policy.attach(client)
        check_answers(client)
        if not self.endpoint:
            self._warn(check_endpoint(self.stage, client.meta.endpoint_url))
            self._resolve(client.meta.endpoint_url)
        return client

    def _opened(self) -> Any:
        """The session, opened for the first client."""
        import botocore.session

        from pkgops.aws.connection.models import ServiceModels

        if self._session is None:
            unset = self.endpoint or not os.environ.get("AWS_PROFILE")  # it is for AWS; an empty one names none
            unread = {"profile": (None, None, None, None)} if unset else None
            self._session = botocore.session.Session(unread, profile=self.stage.profile)
            loader = ServiceModels(self._session.get_component("data_loader"))
            self._session.register_component("data_loader", loader)
            if not self.endpoint:
                self._warn(overridden_region(self.stage, os.environ, self._session))
                self._session.set_config_variable("region", self.stage.region)  # STS is called there for a role, too
                prepare_providers(self._session)
        return self._session

    def _warn(self, text: str) -> None:
        """Emits a warning once."""
        if text not in self._emitted:
            self._emitted.add(text)
            self._emit(Note(text, "warning"))

    def _resolve(self, url: str) -> None:
        """Fails at once if the host name does not resolve: without a network the SDK would try for a minute."""
        from botocore.exceptions import EndpointConnectionError, NoCredentialsError
        from botocore.utils import get_environ_proxies

        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        credentials.get_frozen_credentials()  # those of a session or a role are only fetched now
        if get_environ_proxies(url):  # the proxy resolves it
            return
        try:
            socket.getaddrinfo(urlsplit(url).hostname, 443)
        except socket.gaierror as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns botocore's access and transport errors into `AccessError`; ``what`` names the call.

    Other service errors pass through to the adapters."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        meaning = _access_error(error, what)
        if meaning is None:
            raise
        raise meaning from error
    except ResponseParserError as error:
        raise AccessError(
            f"The answer to {what} cannot be read: it is not from AWS, or it is cut off.", _LATER
        ) from error
    except BotoCoreError as error:
        raise _transport_error(error, what) from error
    except EOFError as error:
        raise no_terminal_error() from error


def _access_error(error: Any, what: str) -> PkgopsError | None:
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "")
    if code in _EXPIRED:
        return AccessError("The AWS credentials have expired.", SIGN_IN)
    if code in _INVALID:
        return AccessError(f"AWS does not accept the credentials ({code}).", "Check AWS_PROFILE or the keys in use.")
    if code in _DENIED:
        return AccessError(
            f"Access denied ({what}): {text}",
            "Add this permission; all that are needed: pkgops doctor --policy",
        )
    if code in throttling_codes():
        return AccessError(f"AWS throttles the calls ({what}): {text}", _LATER)
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
        return AccessError(f"AWS reports an internal error ({what}): {text or code}", _LATER)
    if code.isdigit() and code != "404":  # an answer to HEAD, or none of the service's: 404 is what adapters ask about
        return AccessError(f"Status {code} without a reason ({what}).", "Check network, proxy and region.")
    return None


def _transport_error(error: Exception, what: str) -> PkgopsError:
    from botocore import exceptions as known

    if (about_credentials := credentials_error(error)) is not None:
        return about_credentials
    if isinstance(error, known.ConnectionError | known.HTTPClientError):
        return AccessError(
            f"Cannot reach AWS ({what}): {error}",
            "Check the network and the region; on stage local see: pkgops local status",
        )
    return AccessError(f"{what}: {error}", "See pkgops doctor.")
