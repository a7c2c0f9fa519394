"""Which log events a filter pattern of CloudWatch Logs takes: terms, phrases, regular expressions, JSON fields.

Patterns for space-delimited events (``[host, user, status=4*]``) are not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Match = Callable[[str], bool]
_Test = Callable[[Any], bool]
_TERM = re.compile(r'(?P<sign>[?-]?)(?:"(?P<phrase>(?:[^"\\]|\\.)*)"|%(?P<regex>(?:[^%\\]|\\.)+)%|(?P<word>\S+))')
_TOKEN = re.compile(
    r'\s*(?:(?P<mark>&&|\|\||!=|>=|<=|[()=<>])|"(?P<text>(?:[^"\\]|\\.)*)"|%(?P<regex>(?:[^%\\]|\\.)+)%'
    r"|(?P<field>\$[^\s()=!<>&|]*)|(?P<word>[^\s()=!<>&|]+))"
)
_STEP = re.compile(r'\.(\w[\w-]*)|\["([^"]+)"\]|\[(\d+)\]')
_NUMBERS: dict[str, Callable[[float, float], bool]] = {
    "=": lambda found, wanted: found == wanted,
    "!=": lambda found, wanted: found != wanted,
    ">": lambda found, wanted: found > wanted,
    "<": lambda found, wanted: found < wanted,
    ">=": lambda found, wanted: found >= wanted,
    "<=": lambda found, wanted: found <= wanted,
}
_MISSING = object()


def matcher(pattern: str) -> Match:
    """Takes a message and tells whether the pattern matches; ValueError for a pattern without a known meaning."""
    text = pattern.strip()
    if text.startswith("["):
        raise ValueError("patterns for space-delimited events are not emulated")
    if text.startswith("{"):
        return _json_matcher(text)
    return _term_matcher(text)


def _term_matcher(text: str) -> Match:
    """Every term has to be in the message, none of those with ``-``, and one of those with ``?`` if they are alone."""
    signed: dict[str, list[Match]] = {"": [], "-": [], "?": []}
    for found in _TERM.finditer(text):
        signed[found["sign"]].append(_term(found))
    wanted, unwanted, either = signed[""], signed["-"], signed["?"]
    if either and not wanted and not unwanted:
        return lambda message: any(one(message) for one in either)
    return lambda message: all(one(message) for one in wanted) and not any(one(message) for one in unwanted)


def _term(found: re.Match[str]) -> Match:
    if found["regex"] is not None:
        return _regex(found["regex"])
    term = _plain(found["phrase"]) if found["phrase"] is not None else found["word"]
    return lambda message: term in message


def _regex(text: str) -> Match:
    try:
        compiled = re.compile(text)
    except re.error as error:
        raise ValueError(f"%{text}% is no regular expression: {error}") from None
    return lambda message: bool(compiled.search(message))


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _json_matcher(text: str) -> Match:
    if not text.endswith("}"):
        raise ValueError("a JSON pattern ends with }")
    parser = _Parser(text[1:-1])
    test = parser.alternatives()
    if parser.token:
        raise ValueError(f"unexpected {parser.token[1]}")

    def match(message: str) -> bool:
        try:
            event = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return isinstance(event, dict) and test(event)

    return match


class _Parser:
    """Reads ``$.a = "x" && ($.b > 3 || $.c IS NULL)``; ``token`` is the next (kind, text), None at the end."""

    def __init__(self, text: str) -> None:
        self._tokens = self._read(text)
        self.token: tuple[str, str] | None = None
        self._next()

    @staticmethod
    def _read(text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise ValueError(f"unexpected {text[at:].strip()}")
            yield found.lastgroup, found[found.lastgroup]
            at = found.end()

    def alternatives(self) -> _Test:
        tests = [self._all()]
        while self._took("||"):
            tests.append(self._all())
        return lambda event: any(test(event) for test in tests)

    def _all(self) -> _Test:
        tests = [self._one()]
        while self._took("&&"):
            tests.append(self._one())
        return lambda event: all(test(event) for test in tests)

    def _one(self) -> _Test:
        if self._took("("):
            test = self.alternatives()
            if not self._took(")"):
                raise ValueError("a closing parenthesis is missing")
            return test
        select = _selector(self._next("field"))
        if self.token and self.token[0] == "word":
            return _condition(select, [self._next("word").upper(), self._next("word").upper()])
        operator = self._next("mark")
        if operator not in _NUMBERS or self.token is None:
            raise ValueError(f"unexpected {operator}")
        kind, wanted = self.token
        self._next()
        return _comparison(select, operator, kind, wanted)

    def _took(self, mark: str) -> bool:
        found = self.token == ("mark", mark)
        if found:
            self._next()
        return found

    def _next(self, kind: str = "") -> str:
        """The text of the next token, which has to be of that kind; goes on to the one behind it."""
        here = self.token
        if kind and (here is None or here[0] != kind):
            raise ValueError(f"a {kind} is missing" if here is None else f"unexpected {here[1]}")
        self.token = next(self._tokens, None)
        return here[1] if here else ""


def _selector(text: str) -> Callable[[Any], Any]:
    steps = [key or quoted or int(index) for key, quoted, index in _STEP.findall(text[1:])]

    def select(event: Any) -> Any:
        for step in steps:
            try:
                event = event[step]
            except (KeyError, IndexError, TypeError):
                return _MISSING
        return event

    return select


def _condition(select: Callable[[Any], Any], words: list[str]) -> _Test:
    known: dict[tuple[str, ...], Any] = {("IS", "TRUE"): True, ("IS", "FALSE"): False, ("IS", "NULL"): None}
    if words == ["NOT", "EXISTS"]:
        return lambda event: select(event) is _MISSING
    if tuple(words) not in known:
        raise ValueError(f"unexpected {' '.join(words)}")
    return lambda event: select(event) is known[tuple(words)]


def _comparison(select: Callable[[Any], Any], operator: str, kind: str, wanted: str) -> _Test:
    if kind == "word":
        try:
            return _of_numbers(select, operator, float(wanted))
        except ValueError:
            pass  # a word in which * stands for anything
    elif kind not in ("text", "regex"):
        raise ValueError(f"unexpected {wanted}")
    if operator not in ("=", "!="):
        raise ValueError(f"{operator} compares numbers")
    if kind == "regex":
        test = _regex(wanted)
    else:
        parts = [re.escape(part) for part in _plain(wanted).split("*")]
        test = re.compile(".*".join(parts), re.DOTALL).fullmatch  # type: ignore[assignment]

    def compare(event: Any) -> bool:
        found = select(event)
        if found is _MISSING or isinstance(found, (dict, list)):
            return False
        text = found if isinstance(found, str) else json.dumps(found)
        return bool(test(text)) is (operator == "=")

    return compare


def _of_numbers(select: Callable[[Any], Any], operator: str, wanted: float) -> _Test:
    def compare(event: Any) -> bool:
        found = select(event)
        return isinstance(found, (int, float)) and _NUMBERS[operator](float(found), wanted)

    return compare
