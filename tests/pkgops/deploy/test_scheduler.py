"""The scheduler keeps the order, runs independent work at once, and holds back only dependents."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.deploy.scheduler import interruptible, run_in_order
from tests.waiting import SOON


@given(st.data())
def test_nothing_starts_before_what_it_needs(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 8))
    needs = {str(n): {str(m) for m in data.draw(st.sets(st.integers(0, n - 1)))} if n else set() for n in range(count)}
    broken = {str(n) for n in data.draw(st.sets(st.integers(0, count - 1)))}
    ended: list[str] = []
    skipped: set[str] = set()

    def work(key: str) -> bool:
        assert needs[key] <= set(ended) - broken
        ended.append(key)
        return key not in broken

    run_in_order(needs, work, lambda key, cause: skipped.add(key), concurrency=3)
    held: set[str] = set()
    for key in sorted(needs, key=int):
        if needs[key] & (held | broken):
            held.add(key)
    assert skipped == held
    assert sorted(ended, key=int) == sorted(set(needs) - held, key=int)


def test_independent_work_really_overlaps() -> None:
    barrier = threading.Barrier(3, timeout=SOON)
    run_in_order(dict.fromkeys("abc", ()), lambda key: barrier.wait() >= 0, lambda key, cause: None, concurrency=3)


def test_concurrency_is_a_bound() -> None:
    running = 0
    most = 0
    lock = threading.Lock()

    def work(key: str) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1
        return True

    run_in_order({str(n): () for n in range(8)}, work, lambda key, cause: None, concurrency=2)
    assert most == 2


def test_a_bug_in_the_work_is_not_swallowed() -> None:
    def work(key: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_in_order({"a": ()}, work, lambda key, cause: None)


def test_interrupted_what_has_not_begun_never_does() -> None:
    begun: list[int] = []
    gate = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        gate.wait(10)

    def uploads() -> None:
        with ThreadPoolExecutor(2) as pool, interruptible(pool, gate.set):
            for number in range(20):
                pool.submit(work, number)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        uploads()
    assert len(begun) <= 2
