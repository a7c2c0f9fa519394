"""In which ways does an upstream not answer?"""

from __future__ import annotations

CIRCUIT_OPEN = "circuit_open"
RATE_LIMITED = "rate_limit_exceeded"
INVALID_JSON = "invalid_json_response"
WRONG_DOCUMENT = "wrong_document"
NOT_FOUND = "package_not_found"


class Failed(Exception):  # noqa: N818 - an outcome, not an error
    """An upstream gave nothing usable. ``code`` is what is recorded as ``<source>_error``.

    ``blame`` tells the breaker: True counts as a failure, False as an answer, None as neither. ``again`` says whether
    asking again may help, ``wait`` how many seconds the upstream wants to be left alone, if it said so.
    """

    def __init__(self, code: str, *, blame: bool | None = True, again: bool = False, wait: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.blame = blame
        self.again = again
        self.wait = wait


class Absent(Failed):
    """There is no such thing at the upstream, which is an answer."""

    def __init__(self) -> None:
        super().__init__(NOT_FOUND, blame=False)


class OutOfTime(Exception):  # noqa: N818 - an outcome, not an error
    """The function must end soon: what is under way timed out and has to be done another time."""

    def __init__(self) -> None:
        super().__init__("timed out: the function had no time left")
