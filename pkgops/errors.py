"""The errors the tool can name, and their exit codes.

    PkgopsError                 1   the base class
    ├─ UsageError               2   an unknown system, stack, stage, output, function or option
    │  └─ NotFoundError         2   one that another system may have
    ├─ ConfigError              2   stages.toml or the environment is wrong: file, key, allowed keys
    │  └─ ClosedStageError      2   the system does not run on the stage
    ├─ BuildError               3   a template or an artifact cannot be made, or is rejected by a check
    ├─ OutputError              1   the result cannot be written: the disk is full
    ├─ AccessError              4   credentials, account, network, emulator: nothing was changed
    ├─ DeployError              5   CloudFormation did not reach the requested state
    │  └─ FunctionChangedError  5   somebody else changed a function since it was looked at
    └─ RefusedError             6   a protected stage, a destructive change, an unanswered question

Every error carries a ``hint``: what to do next. The root command prints message and hint and exits with
the code; ``--debug`` shows the traceback. Any other exception is a bug: its traceback is shown, and the code is 70.
"""

from __future__ import annotations

from collections.abc import Iterable


class PkgopsError(Exception):
    """Base of all errors the tool can name; ``message`` is a sentence, ``hint`` says what to do next."""

    code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def kind(self) -> str:
        """The class's name in JSON output."""
        return type(self).__name__


class UsageError(PkgopsError):
    """The command line names something that does not exist."""

    code = 2


class NotFoundError(UsageError):
    """A system does not have what the command line names, or has not deployed it. Another system may have it.

    ``unknown`` has what `unknown` was called with: the kind of thing, the name, and the names there are."""

    unknown: tuple[str, str, tuple[str, ...]] | None = None

    @property
    def kind(self) -> str:
        """Programs see a `UsageError`: systems are searched before the error reaches them."""
        return UsageError.__name__


class ConfigError(PkgopsError):
    """Configuration is missing, unknown or of the wrong type."""

    code = 2


class ClosedStageError(ConfigError):
    """A system is not made to run on the stage."""

    @property
    def kind(self) -> str:
        """Programs see a `ConfigError`."""
        return ConfigError.__name__


class BuildError(PkgopsError):
    """Synthesis, packaging or a check before deployment failed."""

    code = 3


class OutputError(PkgopsError):
    """Standard output cannot be written to."""


class AccessError(PkgopsError):
    """AWS or the emulator cannot be reached, or is not the one the stage names."""

    code = 4


class DeployError(PkgopsError):
    """A stack operation failed."""

    code = 5


class BucketGoneError(DeployError):
    """The stack of the artifact bucket exists, but the bucket does not."""


class FunctionChangedError(DeployError):
    """A function is no longer at the revision that was to be changed."""


class RefusedError(PkgopsError):
    """An action was refused because it was not confirmed or not allowed."""

    code = 6


def unknown(kind: str, given: str, known: Iterable[str]) -> NotFoundError:
    """The error for a name that does not exist: lists the nearest names, or all if none is near."""
    from difflib import get_close_matches

    names = sorted(set(known))
    near = get_close_matches(given, names, n=3, cutoff=0.5)
    if near:
        hint = "Did you mean " + " or ".join(near) + "?"
    elif names:
        hint = f"There are: {', '.join(names[:20])}" + (", ..." if len(names) > 20 else "") + "."
    else:
        hint = f"There is no {kind}."
    error = NotFoundError(f"Unknown {kind} {given!r}.", hint)
    error.unknown = (kind, given, tuple(names))
    return error


def not_deployed(kind: str, name: str, system: str = "", stage: str = "") -> UsageError:
    """The error for a resource that a system defines and AWS does not have; its hint names system and stage where they
    are known."""
    command = "pkgops deploy" + (f" {system}" if system else "") + (f" --stage {stage}" if stage else "")
    return UsageError(
        f"{kind} {name} is not deployed.",
        f"Deploy its system: {command}. If there is nothing to deploy, it was deleted outside of pkgops: "
        f"{command} --revert-drift",
    )
