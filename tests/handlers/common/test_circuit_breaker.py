"""A breaker stops calls to a failing dependency, and tries it again."""

from __future__ import annotations

from handlers.common.circuit_breaker import CircuitBreaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened() -> tuple[CircuitBreaker, Clock]:
    clock = Clock()
    circuit = CircuitBreaker(failures=3, timeout=30, successes=2, probes=2, clock=clock)
    for _ in range(3):
        assert circuit.allows()
        circuit.failed()
    return circuit, clock


def test_it_opens_after_failures_in_a_row() -> None:
    circuit = CircuitBreaker(failures=3, timeout=30, successes=2, probes=2)
    for _ in range(5):
        circuit.failed()
        circuit.failed()
        circuit.succeeded()
    assert circuit.state == "closed"
    circuit, _ = opened()
    assert (circuit.state, circuit.allows()) == ("open", False)


def test_after_the_timeout_as_many_probes_as_allowed_pass() -> None:
    circuit, clock = opened()
    clock.now = 29.9
    assert not circuit.allows()
    clock.now = 30
    assert [circuit.allows() for _ in range(4)] == [True, True, False, False]


def test_successful_probes_close_it() -> None:
    circuit, clock = opened()
    clock.now = 30
    assert circuit.allows()
    circuit.succeeded()
    assert circuit.state == "half_open"
    assert circuit.allows()
    circuit.succeeded()
    assert circuit.state == "closed"


def test_a_failing_probe_opens_it_again_for_the_whole_timeout() -> None:
    circuit, clock = opened()
    clock.now = 30
    assert circuit.allows()
    circuit.failed()
    clock.now = 59
    assert not circuit.allows()
    clock.now = 60
    assert circuit.allows()


def test_probes_without_a_result_expire() -> None:
    circuit, clock = opened()
    clock.now = 30
    assert [circuit.allows() for _ in range(3)] == [True, True, False]
    clock.now = 60
    assert circuit.allows()
