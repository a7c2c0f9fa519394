"""Questions, and what is said when nobody can answer."""

from __future__ import annotations

import io
import sys

import click
import pytest

from pkgops.cli.output.errors import Manner
from pkgops.cli.session import Session
from pkgops.errors import RefusedError
from tests.pkgops.cli.terminal import at_terminal


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def session():
    return Session("dev", None, Manner())


@pytest.fixture
def typed(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", Keyboard(text))


def test_yes_asks_nothing(session, typed):
    typed("")
    session.agree("Deploy?", "Deploying", yes=True)


@pytest.mark.parametrize("answer", ["y\n", "yes\n"])
def test_agreed(session, typed, answer):
    typed(answer)
    session.agree("Deploy?", "Deploying", yes=False)


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_not_agreed(session, typed, answer):
    typed(answer)
    with pytest.raises(RefusedError, match="Deploying was not agreed to"):
        session.agree("Deploy?", "Deploying", yes=False)


def test_a_word_to_type(session, typed):
    typed(" pkgwatch/dev \n")
    session.agree("Type it", "Deleting", yes=False, word="pkgwatch/dev")
    typed("yes\n")
    with pytest.raises(RefusedError):
        session.agree("Type it", "Deleting", yes=False, word="pkgwatch/dev")


def test_the_end_of_input_aborts(session, typed):
    typed("")
    with pytest.raises(click.Abort):
        session.agree("Deploy?", "Deploying", yes=False)


def test_programs_are_not_asked(typed):
    typed("y\n")
    with pytest.raises(RefusedError, match="needs a yes"):
        Session("dev", None, Manner(json=True)).agree("Deploy?", "Deploying", yes=False)


def test_on_a_real_terminal_the_question_goes_to_stderr():
    script = (
        "from pkgops.cli.output.errors import Manner\nfrom pkgops.cli.session import Session\n"
        "Session('dev', None, Manner()).agree('Deploy?', 'Deploying', yes=False)\nprint('agreed')\n"
    )
    ended = at_terminal(script, b"y\n")
    assert ended.stdout == "agreed\n"
    assert ended.stderr.startswith("Deploy? [y/N]:")
