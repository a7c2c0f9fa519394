"""Where do credentials come from, and why are there none?

Temporary ones are cached, together with the AWS CLI: an MFA code typed for either is valid for both, and is not asked
for by every command (docs/adr/0018).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pkgops.errors import AccessError

SIGN_IN = "Sign in again (for SSO: aws sso login), then repeat the command; nothing is lost."
_CACHE = "~/.aws/cli/cache"
_CACHED = ("assume-role", "assume-role-with-web-identity", "sso")  # what the AWS CLI keeps


def prepare_providers(session: Any) -> None:
    """Makes a botocore session cache temporary credentials, in files that only their owner can read, and say why a
    profile's own program gave none."""
    from botocore.utils import JSONFileCache

    resolver = session.get_component("credential_provider")
    cache = JSONFileCache(str(Path(_CACHE).expanduser()))
    for provider in resolver.providers:
        if provider.METHOD in _CACHED:
            provider.cache = cache
        if provider.METHOD == "custom-process":
            provider._popen = _started
            provider._retrieve_credentials_using = _read(provider._retrieve_credentials_using)


def credentials_error(error: Exception) -> AccessError | None:
    """What is wrong with the credentials, each cause with its own remedy; None if the error is not about them."""
    from botocore import exceptions as known

    if isinstance(error, known.NoCredentialsError):
        if os.environ.get("AWS_SECRET_ACCESS_KEY"):  # the SDK only reports the other half alone
            return _half("AWS_ACCESS_KEY_ID")
        return AccessError(
            "No AWS credentials found.", "Set AWS_PROFILE, sign in with aws sso login, or use --stage local."
        )
    if isinstance(error, known.PartialCredentialsError):
        return _half(str(error.kwargs.get("cred_var", "the other half")))
    if isinstance(error, known.SSOError | known.TokenRetrievalError | known.UnauthorizedSSOTokenError):
        return AccessError("The AWS sign-in session is missing or has expired.", SIGN_IN)
    if isinstance(error, known.CredentialRetrievalError):
        reason = str(error.kwargs.get("error_msg", error)).strip().rstrip(".")
        source = str(error.kwargs.get("provider", "the profile")).replace("custom-process", "credential_process")
        return AccessError(f"There are no AWS credentials from {source}: {reason}.", "Correct the profile, or sign in.")
    if isinstance(error, known.ProfileNotFound):
        return AccessError(f"{error}.", "Name an existing profile in stages.toml or AWS_PROFILE.")
    if isinstance(error, known.InvalidConfigError | known.ConfigParseError):
        return AccessError(f"The AWS configuration is wrong: {error}", "Correct ~/.aws/config.")
    return None


def _half(missing: str) -> AccessError:
    return AccessError(f"Only half of the AWS key pair is set: {missing} is missing.", f"Set {missing} as well.")


def _started(command: list[str], **options: Any) -> Any:
    """The program of a profile."""
    import subprocess

    try:
        return subprocess.Popen(command, **options)
    except OSError as error:
        raise _retrieval_error(f"{command[0]} cannot be started ({error.strerror})") from error


def _read(retrieve: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(command: str) -> Any:
        try:
            return retrieve(command)
        except ValueError as error:  # JSON, or the quoting of the command
            raise _retrieval_error("it does not print credentials as JSON") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise _retrieval_error("it prints JSON without credentials") from error

    return read


def _retrieval_error(reason: str) -> Exception:
    from botocore.exceptions import CredentialRetrievalError

    error: Exception = CredentialRetrievalError(provider="credential_process", error_msg=reason)
    return error


def no_terminal_error() -> AccessError:
    """The error for an MFA code that is required without a terminal."""
    return AccessError(
        "The profile's role requires an MFA code, and there is no terminal to type it on.",
        "Run any command of pkgops or the AWS CLI on a terminal first; its session is used by both for about an hour.",
    )
