"""The scheduler: runs work in dependency order, several stacks at a time.

A stack starts as soon as the stacks it needs are done; there are no levels to wait for. A failure holds back only
what depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from graphlib import TopologicalSorter


def run_in_order(
    needs: Mapping[str, Collection[str]],
    work: Callable[[str], bool],
    skip: Callable[[str, str], None],
    concurrency: int = 8,
    on_interrupt: Callable[[], None] = lambda: None,
) -> None:
    """Calls ``work(key)`` for every key of ``needs``, in threads, never before what it needs is done.

    If ``work`` returns False, everything that depends on the key gets ``skip(key, failed key)`` instead. An exception
    in ``work`` is raised here once all running work has ended, and nothing more is started. On Ctrl-C, too, and
    ``on_interrupt`` must make the running ``work`` return, because it is waited for."""
    sorter = TopologicalSorter({key: [need for need in wanted if need in needs] for key, wanted in needs.items()})
    sorter.prepare()
    failed: dict[str, str] = {}
    running: dict[Future[bool], str] = {}
    with ThreadPoolExecutor(max(1, concurrency)) as pool, interruptible(pool, on_interrupt):
        while sorter.is_active():
            for key in sorter.get_ready():
                cause = next((failed[need] for need in needs[key] if need in failed), None)
                if cause is None:
                    running[pool.submit(work, key)] = key
                else:
                    failed[key] = cause
                    skip(key, cause)
                    sorter.done(key)
            for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                key = running.pop(future)
                if not future.result():
                    failed[key] = key
                sorter.done(key)


@contextmanager
def interruptible(pool: ThreadPoolExecutor, on_interrupt: Callable[[], None] = lambda: None) -> Iterator[None]:
    """If anything is raised, cancels what has not started; on Ctrl-C also calls ``on_interrupt``, before the pool waits
    for its threads."""
    try:
        yield
    except BaseException as error:
        pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(error, KeyboardInterrupt):
            on_interrupt()
        raise
