"""Where in templates/ does an exception come from, and what is its reason in one sentence?"""

from __future__ import annotations

import contextlib
import difflib
import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from pkgops.errors import BuildError, PkgopsError
from pkgops.text_file import require_utf8_source

_PACKAGE = "templates"
_CLASS = re.compile(r"<class '(?:troposphere\.)?([\w.]+)'>")
_OWNER = re.compile(r"^[\w.]+: (?=\w+\.\w+ is )")  # troposphere names the class before "Logical.Property is ..."
_TITLE = re.compile(r"\(title: (\w+)\)")
_CHATTER = "threw exception:"  # what troposphere prints before it raises the same
_PLAIN = (AttributeError, ImportError, SyntaxError, TypeError, ValueError)  # their texts say what is wrong
_LENGTH = 300  # characters of a reason


@contextlib.contextmanager
def located(file: str, places: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turns an exception of code in templates/, or of what that calls, into a BuildError with file and line.

    ``file`` is named where no line is known; ``places`` are those of resources by logical id, for errors that are only
    found once a template is complete."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stderr(printed):
            yield
    except PkgopsError:
        raise
    except (Exception, SystemExit) as error:
        place = _place(error, file) or (places or {}).get(_titled(error), "") or file
        if isinstance(error, SyntaxError) and error.filename:
            with contextlib.suppress(OSError):
                content = Path(error.filename).read_bytes()
                require_utf8_source(error, content, place.partition(":")[0], BuildError)
        reason = _reason(error)
        end = "" if reason.endswith("?") else "."
        raise BuildError(f"{place}: {reason}{end}", "Correct it; --debug shows the traceback.") from error
    finally:
        kept = [line for line in printed.getvalue().splitlines(keepends=True) if _CHATTER not in line]
        sys.stderr.write("".join(kept))


def _place(error: BaseException, file: str) -> str:
    """The innermost line in templates/ ("templates/shop/app.py:12") or in ``file``; "" if there is none."""
    import traceback  # slow to import, and seldom needed

    reached = [(frame.filename, frame.lineno) for frame in reversed(traceback.extract_tb(error.__traceback__))]
    if isinstance(error, SyntaxError):
        reached.insert(0, (error.filename or "", error.lineno))
    for folder in getattr(sys.modules.get(_PACKAGE), "__path__", []):
        for name, line in reached:
            if name.startswith(f"{folder}/"):
                return f"{_PACKAGE}/{name.removeprefix(f'{folder}/')}:{line}"
    return next((f"{file}:{line}" for name, line in reached if name.endswith(f"/{file}")), "")


def _reason(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    text = _OWNER.sub("", _CLASS.sub(r"\1", " ".join(text.split())))
    if isinstance(error, AttributeError | NameError):
        text = _unknown_name(error, text)
    if isinstance(error, SystemExit):
        text = f"the program was ended (SystemExit {text})"
    elif not isinstance(error, _PLAIN) or not text:
        text = f"{type(error).__name__}: {text}".removesuffix(": ")
    if (named := _property(error.__traceback__)) and named not in text:
        text = f"{named}: {text}"
    text = text.rstrip(".")
    return text if len(text) <= _LENGTH else f"{text[: _LENGTH - 4]} ..."


def _unknown_name(error: AttributeError | NameError, text: str) -> str:
    """The text of the error with the nearest of the names that are there. Of an attribute troposphere says its name
    alone."""
    if isinstance(error, AttributeError):
        known = dir(error.obj)
        if text.isidentifier() and text == error.name:
            text = f"{type(error.obj).__name__!r} object has no attribute {text!r}"
    else:
        known = list(_innermost(error.__traceback__))
    near = difflib.get_close_matches(error.name or "", [one for one in known if not one.startswith("_")], n=1)
    return f"{text.rstrip('.')}; did you mean {near[0]!r}?" if near else text


def _innermost(trace: TracebackType | None) -> Mapping[str, Any]:
    """The variables where the exception was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return {**trace.tb_frame.f_globals, **trace.tb_frame.f_locals} if trace is not None else {}


def _titled(error: BaseException) -> str:
    """The logical id in a message of troposphere."""
    found = _TITLE.search(str(error))
    return found[1] if found else ""


def _property(trace: TracebackType | None) -> str:
    """The property ("OrdersLogGroup.RetentionInDays") that troposphere was about to set; "" if it was not."""
    found = ""
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code.co_name == "__setattr__" and frame.f_globals.get("__name__") == "troposphere":
            title = getattr(frame.f_locals.get("self"), "title", None)
            found = ".".join(str(part) for part in (title, frame.f_locals.get("name")) if part)
        trace = trace.tb_next
    return found
