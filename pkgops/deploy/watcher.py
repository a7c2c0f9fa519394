"""What are the running stack operations doing?

One poller serves every stack that is being waited for: a single DescribeStacks a round, and the new events of
those stacks that still run. Rounds follow each other quickly while something happens and slow down while
nothing does, so that neither a fast emulator nor a slow database makes the user wait for the clock. All its calls
together keep a pace: where many stacks run, they take turns with their events.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from pkgops.errors import DeployError
from pkgops.events import Emit, ResourceChanged, StackChanged
from pkgops.ports.stacks import Stacks, StackState
from pkgops.rate_limiter import RateLimiter

QUICK = 0.02  # seconds between rounds on the emulator, which is done before one can ask
FIRST = 0.5  # and at first on AWS
SLOWEST = 4.0
# AWS publishes no rate for these calls; it is shared by all who ask in an account and region, the console and
# other deployments among them, and users report refusals from about ten a second on.
RATE, AT_ONCE = 5.0, 10
_TURNS = 5  # events asked for in one round: the states of all come again before the next ones
_PAGE = 100  # stacks in one answer of DescribeStacks, about
_GROWTH = 1.4
_STACK = "AWS::CloudFormation::Stack"


class StillRunningError(DeployError):
    """Somebody else's operation has not ended in the time it was given."""


class Stopped(Exception):  # noqa: N818 - not an error: the user has let go
    """Watching was ended before the operation was."""


@dataclass(slots=True)
class _Watched:
    started: float
    before: StackState | None
    total: int
    seen: str = ""
    finished: set[str] = field(default_factory=set)
    state: StackState | None = None
    looked: float = 0.0
    mark: str = ""


class Watcher:
    """Waits for stacks; shared by all threads of one deployment. Use as a context manager."""

    def __init__(self, stacks: Stacks, emit: Emit, fast: bool = False) -> None:
        self._stacks = stacks
        self._emit = emit
        self._fastest = QUICK if fast else FIRST
        self._apart = 0.0 if fast else FIRST  # between rounds at least, however many stacks begin
        self._pace = RateLimiter(1000.0, 1000) if fast else RateLimiter(RATE, AT_ONCE)
        self._turns = self._share = 1000 if fast else _TURNS
        self._watched: dict[str, _Watched] = {}
        self._change = threading.Condition()
        self._stopping = False
        self._fresh = False
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends watching; whoever waits gets `Stopped`. The operations themselves go on."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    @property
    def running(self) -> tuple[str, ...]:
        """Names of the stacks being waited for."""
        return tuple(self._watched)

    def mark(self, state: StackState) -> str:
        """The newest event of a stack ("none" if it has none), for `wait`: an operation that fails again leaves the
        state as it was before."""
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
        """Returns when the operation on a stack has ended: its state, or None if the stack is gone.

        ``before`` is the state known before the operation was begun: it tells an old outcome from a new one, and the
        stack from another one of its name. None waits for whatever runs. ``total`` is the number of resources the
        operation is about. `StillRunningError` if it has not ended after ``timeout`` seconds (None: no limit)."""
        with self._change:
            self._watched[name] = watched = _Watched(time.monotonic(), before, total, seen=mark, mark=mark)
            if self._thread is None:
                self._thread = threading.Thread(target=self._poll, name="pkgops-watch", daemon=True)
                self._thread.start()
            self._fresh = True
            self._change.notify_all()
            done = self._change.wait_for(lambda: name not in self._watched or self._stopping or self._failure, timeout)
            if self._failure is not None:
                raise self._failure
            if not done:
                del self._watched[name]
                raise StillRunningError(
                    f"An operation of somebody else still runs on {name} after {timeout:.0f} s.",
                    "Deploy again when it is done, or wait longer: --wait 30m",
                )
            if name in self._watched:
                raise Stopped(name)
        return watched.state

    def _poll(self) -> None:
        pause = self._fastest
        try:
            while self._busy():
                pause = self._fastest if self._round() else min(pause * _GROWTH, SLOWEST)
                with self._change:
                    self._change.wait_for(lambda: self._stopping, self._apart)
                    self._change.wait_for(lambda: self._stopping or self._fresh, pause - self._apart)
                    pause = self._fastest if self._fresh else pause
        except BaseException as error:
            with self._change:
                self._failure = error
                self._change.notify_all()

    def _busy(self) -> bool:
        with self._change:
            self._change.wait_for(lambda: self._watched or self._stopping)
            return not self._stopping

    def _round(self) -> bool:
        """One look at everything; True if anything has changed since the last."""
        with self._change:
            current, self._fresh = dict(self._watched), False
        self._keep_pace()
        states = {state.name: state for state in self._stacks.describe()}
        self._pace.reserve(len(states) // _PAGE)
        self._turns = self._share
        longest_unseen = sorted(current.items(), key=lambda item: item[1].looked)
        news = [self._look(name, watched, states.get(name)) for name, watched in longest_unseen]
        return any(news)

    def _keep_pace(self) -> None:
        if pause := self._pace.reserve():
            with self._change:
                self._change.wait_for(lambda: self._stopping, pause)

    def _look(self, name: str, watched: _Watched, state: StackState | None) -> bool:
        if state is not None and watched.before is not None and state.id != watched.before.id:
            state = None  # ours is gone, and somebody has made another one of its name
        if state is not None and not _begun(watched.before, state) and not self._moved(state, watched):
            return False
        news = self._tell(state, watched) if state else False
        if state is None or not state.in_progress:
            seconds = time.monotonic() - watched.started
            self._emit(StackChanged(name, state.status if state else "DELETE_COMPLETE", "", seconds))
            with self._change:
                watched.state = state
                self._watched.pop(name, None)
                self._change.notify_all()
            return True
        return news

    def _moved(self, state: StackState, watched: _Watched) -> bool:
        """True if an operation on the stack has left it in the state it was in, going by its events."""
        if not watched.mark:
            return False
        self._keep_pace()
        events = self._stacks.events(state.id, watched.mark)
        return any(event.type == _STACK and event.physical_id == state.id for event in events)

    def _tell(self, state: StackState, watched: _Watched) -> bool:
        """Emits the new events of a stack. Where the pace does not allow asking, only for one that has failed is it
        waited: nobody's next stack is held up by the last lines of one that ended well."""
        if state.status.endswith("FAILED") or "ROLLBACK" in state.status:
            self._keep_pace()
            self._turns += 1
        elif self._turns == 0 or not self._pace.try_acquire():
            return False
        self._turns -= 1
        watched.looked = time.monotonic()
        since = "" if watched.before is None else state.updated
        events = self._stacks.events(state.id, watched.seen, since)
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


def _begun(before: StackState | None, now: StackState) -> bool:
    """True once ``now`` shows the operation waited for, and not what was there before it."""
    if now.status == "REVIEW_IN_PROGRESS":
        return False
    return before is None or now.in_progress or (now.updated, now.status) != (before.updated, before.status)
