"""Which invocation gets a process, which waits, and how many stand at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pkgops.local.functions.pool import Pool, Wanted

CODE = b"the code"


class Worker:
    """What the pool knows of a worker."""

    def __init__(self, key, code=CODE):
        self.key, self.code_zip, self.in_use, self.on_started = key, code, False, None
        self.last_used = 0.0


class Office:
    """A pool whose workers start when the test says so."""

    def __init__(self, size, starts=100):
        self.workers, self.ended = {}, []
        self.pool = Pool(size, starts, self.workers, threading.Lock(), self.ended.extend)
        self.threads = ThreadPoolExecutor(50)

    def wanted(self, key, nested=False, code=CODE, **config):
        return Wanted(key, config, code, lambda: Worker(key, code), nested)

    def lease(self, key, nested=False, code=CODE, **config):
        """A worker that there is at once; None if an invocation would wait."""
        return self.pool.lease(self.wanted(key, nested, code, **config), 0)

    def wait(self, key):
        """A waiting invocation, behind all that wait already."""
        wanted = self.wanted(key)
        before = len(self.pool._waiting)
        leased = self.threads.submit(self.pool.lease, wanted, 60)
        while len(self.pool._waiting) == before and not leased.done():
            threading.Event().wait(0.001)
        return leased

    def standing(self):
        return sum(map(len, self.workers.values()))


def test_an_idle_worker_is_used_again():
    office = Office(2)
    first = office.lease("a")
    office.pool.release(first)
    assert office.lease("a") is first
    assert office.standing() == 1


def test_no_more_stand_than_there_is_room_for():
    office = Office(2)
    assert office.lease("a")
    assert office.lease("a")
    assert office.lease("a") is None
    assert office.standing() == 2


def test_who_waits_first_is_served_first_whatever_function_it_wants():
    office = Office(1)
    busy = office.lease("a")
    first, second, third = office.wait("b"), office.wait("a"), office.wait("b")
    office.pool.release(busy)
    served = first.result(10)
    assert served.key == "b"
    assert office.ended == [busy]
    assert not second.done()
    office.pool.release(served)
    assert second.result(10).key == "a"
    assert not third.done()


def test_the_worker_that_has_been_idle_longest_makes_room():
    office = Office(2)
    old, young = office.lease("a"), office.lease("b")
    for at, worker in enumerate((old, young)):
        office.pool.release(worker)
        worker.last_used = at
    assert office.lease("c")
    assert office.ended == [old]
    assert young in office.workers["b"]


def test_only_some_start_at_a_time_and_the_first_that_is_warm_serves_the_others():
    office = Office(10, starts=1)
    starting = office.lease("a")
    waiting = [office.wait("a") for _ in range(3)]
    assert office.standing() == 1
    office.pool.started(starting)
    assert waiting[0].result(10) is not starting  # which is busy: another one starts
    office.pool.release(starting)
    assert waiting[1].result(10) is starting
    assert office.standing() == 2


def test_a_nested_invocation_never_waits_and_leaves_no_more_standing():
    office = Office(1, starts=1)
    outer = office.lease("a")
    inner = office.lease("b", nested=True)
    assert office.standing() == 2
    office.pool.release(inner)
    assert office.ended == [inner]
    assert office.standing() == 1
    office.pool.release(outer)


@pytest.mark.parametrize("change", [{"code": b"new code"}, {"Environment": {"Variables": {"A": "2"}}}])
def test_a_worker_of_what_the_function_was_before_is_not_used(change):
    office = Office(2)
    old = office.lease("a", Environment={"Variables": {"A": "1"}})
    office.pool.release(old)
    fresh = office.lease("a", **({"Environment": {"Variables": {"A": "1"}}} | change))
    assert fresh is not old
    assert office.ended == [old]


def test_who_gives_up_is_not_served():
    office = Office(1)
    busy = office.lease("a")
    assert office.lease("a") is None
    office.pool.release(busy)
    assert not busy.in_use


def test_everybody_is_served_in_the_end():
    office = Office(4, starts=2)
    most = []

    def one(number):
        worker = office.pool.lease(office.wanted(f"f{number % 7}"), 60)
        office.pool.started(worker)
        most.append(office.standing())
        office.pool.release(worker)
        return worker.key

    with ThreadPoolExecutor(40) as threads:
        served = list(threads.map(one, range(400)))
    assert served == [f"f{number % 7}" for number in range(400)]
    assert max(most) <= 4
