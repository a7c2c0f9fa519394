"""The watcher of running stack operations.

One poller serves every stack that is being waited for: a single DescribeStacks a round, and the new events of the
stacks with a running operation. Rounds follow quickly while something happens and slow down while nothing does, so
that neither a fast emulator nor a slow database makes the user wait for the next poll. All its calls share a rate
limit: if many stacks are running, their events are read in turns.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from pkgops.errors import DeployError
from pkgops.events import Emit, ResourceChanged, StackChanged
from pkgops.ports.stacks import Stacks, StackState
from pkgops.rate_limiter import RateLimiter

EMULATOR_INTERVAL = 0.02  # seconds between rounds on the emulator
FIRST_INTERVAL = 0.5  # and at first on AWS
MAX_INTERVAL = 4.0
# AWS publishes no rate for these calls. It is shared by all callers in an account and region, the console and other
# deployments among them, and users report throttling from about ten a second on.
CALLS_PER_SECOND, BURST = 5.0, 10
_EVENT_CALLS = 5  # a round: the states of all stacks are read again before the events of the next ones
_PAGE = 100  # stacks in one page of DescribeStacks, about
_BACKOFF = 1.4
_STACK = "AWS::CloudFormation::Stack"


class StillRunningError(DeployError):
    """Another deployer's operation has not ended within the time limit."""


class Stopped(Exception):  # noqa: N818 - not an error: the user has detached
    """The watcher was stopped before the operation ended."""


@dataclass(slots=True)
class _Watched:
    started: float
    before: StackState | None
    total: int
    seen: str = ""
    finished: set[str] = field(default_factory=set)
    state: StackState | None = None
    updated_at: float = 0.0
    mark: str = ""


class Watcher:
    """Waits for stack operations; shared by all threads of one deployment. Use as a context manager."""

    def __init__(self, stacks: Stacks, emit: Emit, fast: bool = False) -> None:
        self._stacks = stacks
        self._emit = emit
        self._min_interval = EMULATOR_INTERVAL if fast else FIRST_INTERVAL
        self._gap = 0.0 if fast else FIRST_INTERVAL  # between rounds at least, however many operations start
        self._limiter = RateLimiter(1000.0, 1000) if fast else RateLimiter(CALLS_PER_SECOND, BURST)
        self._event_calls = self._share = 1000 if fast else _EVENT_CALLS
        self._watched: dict[str, _Watched] = {}
        self._change = threading.Condition()
        self._stopping = False
        self._new = False
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops watching: `wait` raises `Stopped`. The operations themselves continue."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    @property
    def stopped(self) -> bool:
        """True once the user has detached."""
        return self._stopping

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the stacks being waited for."""
        return tuple(self._watched)

    def mark(self, state: StackState) -> str:
        """The newest event of a stack ("none" if it has none), for `wait`: a second failure leaves the stack's state
        as it was, only its events show that the operation has ended."""
        events = self._stacks.events(state.id, since=state.updated) or self._stacks.events(state.id)
        return events[-1].id if events else "none"

    def wait(
        self,
        name: str,
        before: StackState | None = None,
        total: int = 0,
        timeout: float | None = None,
        mark: str = "",
    ) -> StackState | None:
        """Returns the state of a stack when its operation has ended, None if the stack is gone.

        ``before`` is the state before the operation was started, which distinguishes its result from an older one, and
        the stack from another of its name. None waits for any running operation. ``total`` is the number of resources
        that the operation changes. `StillRunningError` after ``timeout`` seconds (None: no limit)."""
        with self._change:
            self._watched[name] = watched = _Watched(time.monotonic(), before, total, seen=mark, mark=mark)
            if self._thread is None:
                self._thread = threading.Thread(target=self._poll, name="pkgops-watch", daemon=True)
                self._thread.start()
            self._new = True
            self._change.notify_all()
            done = self._change.wait_for(lambda: name not in self._watched or self._stopping or self._failure, timeout)
            if self._failure is not None:
                raise self._failure
            if not done:
                del self._watched[name]
                raise StillRunningError(
                    f"Another operation is still running on {name} after {timeout:.0f} s.",
                    "Deploy again when it has ended, or wait longer: --wait 30m",
                )
            if name in self._watched:
                raise Stopped(name)
        return watched.state

    def _poll(self) -> None:
        pause = self._min_interval
        try:
            while self._wait_for_work():
                pause = self._min_interval if self._round() else min(pause * _BACKOFF, MAX_INTERVAL)
                with self._change:
                    self._change.wait_for(lambda: self._stopping, self._gap)
                    self._change.wait_for(lambda: self._stopping or self._new, pause - self._gap)
                    pause = self._min_interval if self._new else pause
        except BaseException as error:
            with self._change:
                self._failure = error
                self._change.notify_all()

    def _wait_for_work(self) -> bool:
        with self._change:
            self._change.wait_for(lambda: self._watched or self._stopping)
            return not self._stopping

    def _round(self) -> bool:
        """One poll of all watched stacks; True if anything has changed since the last."""
        with self._change:
            current, self._new = dict(self._watched), False
        self._wait_for_rate_limit()
        states = {state.name: state for state in self._stacks.describe()}
        self._limiter.reserve(len(states) // _PAGE)
        self._event_calls = self._share
        stalest_first = sorted(current.items(), key=lambda item: item[1].updated_at)
        changed = [self._update(name, watched, states.get(name)) for name, watched in stalest_first]
        return any(changed)

    def _wait_for_rate_limit(self) -> None:
        if pause := self._limiter.reserve():
            with self._change:
                self._change.wait_for(lambda: self._stopping, pause)

    def _update(self, name: str, watched: _Watched, state: StackState | None) -> bool:
        if state is not None and watched.before is not None and state.id != watched.before.id:
            state = None  # it is gone, and another stack of its name exists
        if state is not None and not _has_started(watched.before, state) and not self._ended_unchanged(state, watched):
            return False
        changed = self._emit_events(state, watched) if state else False
        if state is None or not state.in_progress:
            seconds = time.monotonic() - watched.started
            self._emit(StackChanged(name, state.status if state else "DELETE_COMPLETE", "", seconds))
            with self._change:
                watched.state = state
                self._watched.pop(name, None)
                self._change.notify_all()
            return True
        return changed

    def _ended_unchanged(self, state: StackState, watched: _Watched) -> bool:
        """True if, by its events, an operation has ended that left the stack in the state it was in."""
        if not watched.mark:
            return False
        self._wait_for_rate_limit()
        events = self._stacks.events(state.id, watched.mark)
        return any(event.type == _STACK and event.physical_id == state.id for event in events)

    def _emit_events(self, state: StackState, watched: _Watched) -> bool:
        """Emits the new events of a stack; True if there are any. Within the rate limit; only for a failed stack it
        waits for that, so that the last events of a successful one hold up nothing. Of that only the newest are read:
        it is where the removal of replaced resources fails, and all others have ended as the stack has."""
        failed = state.status.endswith("FAILED") or "ROLLBACK" in state.status
        if failed:
            self._wait_for_rate_limit()
            self._event_calls += 1
        elif self._event_calls == 0 or not self._limiter.try_acquire():
            return False
        self._event_calls -= 1
        watched.updated_at = time.monotonic()
        since = "" if watched.before is None else state.updated
        events = self._stacks.events(state.id, watched.seen, since, newest=not failed and not state.in_progress)
        for event in events:
            if event.type == _STACK and event.physical_id == state.id:
                continue
            if event.status.endswith(("_COMPLETE", "_FAILED")):
                watched.finished.add(event.logical_id)
            self._emit(
                ResourceChanged(
                    state.name,
                    event.logical_id,
                    event.type,
                    event.status,
                    event.reason,
                    len(watched.finished),
                    watched.total,
                )
            )
        if events:
            watched.seen = events[-1].id
        return bool(events)


def _has_started(before: StackState | None, now: StackState) -> bool:
    """True once ``now`` shows the operation that is waited for, and not the state before it."""
    if now.status == "REVIEW_IN_PROGRESS":
        return False
    return before is None or now.in_progress or (now.updated, now.status) != (before.updated, before.status)
