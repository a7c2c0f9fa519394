"""What overtakes on the way is put in order again, and nothing is shown twice."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.browser

TAKEN = """(async () => {
    const shown = [], order_ = new order.Order(number => shown.push(number));
    for (const number of given) order_.take(number, number);
    while (order_.timer) await new Promise(done => setTimeout(done, 10));
    return shown;
})()"""
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(st.permutations(range(2, 12)), st.lists(st.integers(0, 9), max_size=5))
def test_whatever_comes_first_all_is_shown_once_and_in_order(run, numbers, again):
    sent = [1, *numbers, *(numbers[place] for place in again)]
    assert run("order", TAKEN, sent) == list(range(1, 12))


def test_what_never_comes_is_not_waited_for(run):
    assert run("order", TAKEN, [5, 8, 7, 20, 19]) == [5, 7, 8, 19, 20]


def test_what_comes_too_late_is_shown_all_the_same_and_what_is_no_number_is_not(run):
    assert run("order", TAKEN, [5, 6, 3, 5, 6, 3, None, "7", 1.5, {}]) == [5, 6, 3]
