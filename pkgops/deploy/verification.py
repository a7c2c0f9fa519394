"""Does AWS behave as we expect where only its documentation was read? A throw-away stack that finds out.

It has a queue, a log group and a function, and goes through what no emulator can vouch for: express mode, a failure in
it, a change set that reverts drift, an import, an alias that CodeDeploy moves step by step, Live Tail. Then it is
deployed again by a role that has the generated policy and nothing else. Each step says what was expected and what was
found; stack and role are deleted at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy import trial_stack
from pkgops.deploy.trial import BOTH, GONE, NOTHING, SHOWN, Trial
from pkgops.deploy.watcher import Watcher
from pkgops.errors import AccessError, PkgopsError, RefusedError
from pkgops.events import Emit, Event, Note, ResourceChanged, StackChanged, silent
from pkgops.ports.ports import Ports

_NOT_LOCAL = (
    "Live Tail, which stage local does not have",
    "an alias that is moved step by step: the emulator moves it at once",
    "whether the generated policy is enough: the emulator asks for what the policy was made from, and only AWS knows "
    "what is missing in that",
)
_SETTLES = 60.0  # seconds within which a new role and its policies are known everywhere
# One call that is permitted does not mean that all are: IAM gives no bound, and a role has several documents.
_SPREADS = 15.0
_TAKEN_ON, _DELETION = "taken on", "its deletion"

Result = TypeVar("Result")
Policies = Callable[[Project, Sequence[SynthesizedStack], str], Sequence[Mapping[str, Any]]]
"""From a project, its stacks and the account to the documents of its deployer's policies."""
Step = tuple[str, str, Callable[[], str]]


@dataclass(frozen=True, slots=True)
class Observation:
    """One step: what it tries, what was expected, what was found."""

    step: str
    expected: str
    found: str

    @property
    def ok(self) -> bool:
        """Whether it is as expected."""
        return self.expected == self.found


def not_tried(project: Project) -> tuple[str, ...]:
    """What `verify` does not try on a stage, each with why."""
    return _NOT_LOCAL if project.stage.local else ()


def verify(project: Project, ports: Ports, policies: Policies, emit: Emit = silent) -> list[Observation]:
    """Creates, changes and deletes the stack, and again as its deployer. The steps after one that ends in an error are
    not tried; stack and role are deleted in any case, and what cannot be is named. RefusedError if there is such a
    stack already."""
    _require_absent(project, ports)
    observed: list[Observation] = []
    with _trial(project, ports, emit) as trial:
        complete = _try(_steps(trial, project.stage.local), trial, observed, emit)
    if complete:
        _verify_policy(project, ports, policies, observed, emit)
    return observed


def _require_absent(project: Project, ports: Ports) -> None:
    """It would be deleted at the end, in the middle of another's trial."""
    name = trial_stack.stack_name(project)
    if name in {state.name for state in ports.stacks.describe()}:
        raise RefusedError(
            f"The stack {name} is there already: pkgops verify runs elsewhere, or was ended at once.",
            f"If it does not run, delete it: aws cloudformation delete-stack --stack-name {name} "
            f"--region {project.stage.region}",
        )


def _steps(trial: Trial, local: bool) -> list[Step]:
    everywhere: list[Step] = [
        ("a first creation in express mode", "CREATE_COMPLETE", trial.create),
        ("a change set without a change", "empty", trial.repeat),
        ("a change set that reverts drift where there is none", "empty", trial.revert_nothing),
        ("an update that is made to fail, in express mode", "UPDATE_ROLLBACK_COMPLETE", trial.fail),
        ("that failure among the events that DescribeEvents filters", "Broken", trial.failures),
        ("an update that lets a log group go", "UPDATE_COMPLETE", trial.let_go),
        ("the import of that log group", "IMPORT_COMPLETE", trial.take_back),
        ("an update that makes it the stack's own again", "UPDATE_COMPLETE", trial.own),
        ("an update that adds a function with an alias", "UPDATE_COMPLETE", trial.add_function),
        ("the drift of a role that is changed by hand", "Changed: AssumeRolePolicyDocument", trial.change_by_hand),
        ("an update that reverts that drift", "UPDATE_COMPLETE", trial.revert),
        ("the drift that is left", NOTHING, trial.drift),
        ("an update whose alias CodeDeploy moves step by step", "UPDATE_COMPLETE", trial.move_alias),
        ("the answer of the version behind the alias", "2", trial.behind_alias),
    ]
    on_aws: list[Step] = [
        ("the versions that answered while it was moved", BOTH, trial.answered),
        ("what the function prints, in Live Tail", SHOWN, trial.follow),
    ]
    return everywhere if local else everywhere + on_aws


def _deployers_steps(trial: Trial) -> list[Step]:
    return [
        ("a creation as the deployer", "CREATE_COMPLETE", trial.create_all),
        ("the drift that the deployer finds", NOTHING, trial.drift),
        ("an update as the deployer, whose alias CodeDeploy moves", "UPDATE_COMPLETE", trial.move_alias_at_once),
        ("the answer to the deployer", "2", trial.behind_alias),
    ]


def _verify_policy(project: Project, ports: Ports, policies: Policies, observed: list[Observation], emit: Emit) -> None:
    """Deploys the stack by a role with the generated policy alone."""
    step = "a role with the policy that doctor --policy prints"
    emit(Note(f"Trying {step}."))
    stack = trial_stack.stack_name(project)
    whole, name = trial_stack.owned(stack, **trial_stack.function(stack, 2)), f"{stack}-Deployer"
    try:
        own = trial_stack.system_of(project)
        documents = policies(own, [trial_stack.stack_of(project, whole)], ports.identity.account())
        with _naming(f"the role {name}", emit):
            role = ports.identity.put_role(name, documents, trial_stack.SYSTEM.tags(project.stage))
            theirs = ports.signed_by(_once_permitted(lambda: ports.identity.assume(role), ports))
            _once_permitted(theirs.stacks.describe, ports)
            time.sleep(0.0 if ports.endpoint else _SPREADS)
            observed.append(Observation(step, _TAKEN_ON, _TAKEN_ON))
            with _trial(project, theirs, emit) as trial:
                _try(_deployers_steps(trial), trial, observed, emit, "its deletion by the deployer")
    except PkgopsError as error:
        observed.append(Observation(step, _TAKEN_ON, _sentence(error)))
    finally:
        with _trial(project, ports, emit) as trial:
            _say_what_is_left(trial.name, trial.remove(), emit)  # what the deployer could not
        _remove_role(name, ports, observed, emit)


def _remove_role(name: str, ports: Ports, observed: list[Observation], emit: Emit) -> None:
    try:
        ports.identity.delete_role(name)
        found = GONE
    except PkgopsError as error:
        found = f"{_sentence(error)} Delete the role {name}."
    _say_what_is_left(name, found, emit)
    observed.append(Observation("the deletion of the role", GONE, found))


def _once_permitted(call: Callable[[], Result], ports: Ports) -> Result:
    """The result of a call that is denied until a role is known everywhere; AccessError if it still is after that."""
    end = time.monotonic() + _SETTLES
    while True:
        try:
            return call()
        except AccessError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02 if ports.endpoint else 2.0)


@contextmanager
def _trial(project: Project, ports: Ports, emit: Emit) -> Iterator[Trial]:
    def emit_unintended(event: Event) -> None:
        if not (trial.failing and isinstance(event, ResourceChanged | StackChanged)):
            emit(event)

    with Watcher(ports.stacks, emit_unintended, fast=ports.endpoint is not None) as watcher:
        trial = Trial(project, ports, watcher)
        yield trial


def _try(steps: Sequence[Step], trial: Trial, observed: list[Observation], emit: Emit, last: str = _DELETION) -> bool:
    """Whether no step has ended in an error, and the stack is gone."""
    complete = False
    try:
        with _naming(f"the stack {trial.name}", emit):
            for step, expected, call in steps:
                emit(Note(f"Trying {step}."))
                observed.append(Observation(step, expected, call()))
        complete = True
    except PkgopsError as error:
        observed.append(Observation(step, expected, _sentence(error)))
    finally:
        if found := trial.remove():
            observed.append(Observation(last, GONE, found))
        if last == _DELETION:  # what the deployer leaves is deleted after it
            _say_what_is_left(trial.name, found, emit)
    return complete and found in {GONE, ""}


@contextmanager
def _naming(made: str, emit: Emit) -> Iterator[None]:
    """Says on Ctrl-C what is still to be deleted, for a second one leaves it there."""
    try:
        yield
    except KeyboardInterrupt:
        emit(Note(f"Interrupted: {made} is deleted now. Ctrl-C again leaves it there.", "warning"))
        raise


def _say_what_is_left(name: str, found: str, emit: Emit) -> None:
    """Also when no report follows, after Ctrl-C."""
    if found not in {GONE, ""}:
        emit(Note(f"{name}: {found}", "warning"))


def _sentence(error: PkgopsError) -> str:
    return f"{error.message} {error.hint}".strip()
