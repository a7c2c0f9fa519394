"""Are files, functions and commands as short as agreed?

A budget may be broken for a reason, and the reason stands here. An exception nobody needs any more fails too.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from tests.architecture.tree import Function, Source, sources

FILE, FILE_HARD = 250, 400
FOLDER = 25
FUNCTION = 40
PARAMETERS = 6
COMMAND = 15

LARGE_FOLDERS = {
    "handlers/pkgwatch/api": "a file for each function, in the folder that the functions' documented names come from",
}
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {
    "handlers/pkgwatch/runtime/settings.py:settings": "one line a variable of the environment: it is a list",
}
MANY_PARAMETERS: dict[str, str] = {}
LONG_COMMANDS: dict[str, str] = {}
VAGUE = {"utils", "util", "helpers", "helper", "misc", "manager", "managers", "base", "common_utils"}
EVERYTHING = ("pkgops", "templates", "handlers", "companions", "tests")
_SILENCED = re.compile(r"#\s*noqa:[^#\n]*\b(C901|PLR091\d)")


def judged(found: Mapping[str, int], exceptions: Iterable[str], limit: int) -> list[str]:
    """What is over the limit without being excepted, and what is excepted without being over it."""
    allowed = set(exceptions)
    over = {name: size for name, size in found.items() if size > limit}
    return [f"{name}: {size} of at most {limit}" for name, size in sorted(over.items()) if name not in allowed] + [
        f"{name}: its exception is no longer needed" for name in sorted(allowed - set(over))
    ]


def length(function: Function) -> int:
    """Lines from ``def`` to the last statement."""
    return (function.end_lineno or 0) - function.lineno + 1


def body(function: Function) -> int:
    """Lines of the statements, without signature and docstring."""
    statements = function.body
    if ast.get_docstring(function) is not None:
        statements = statements[1:]
    return (function.end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def parameters(function: Function) -> int:
    """All but self and cls."""
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def is_build(source: Source, name: str) -> bool:
    """A stack's ``build`` is a list of what is in the stack, and may be as long as the stack."""
    return name == "build" and source.path.startswith("templates/") and source.path.count("/") == 2


def is_command(function: Function) -> bool:
    """Decorated as a command, at the top level or in a group."""
    makers = {"session_command", "command", "group"}
    called = [node.func for node in function.decorator_list if isinstance(node, ast.Call)]
    return any((node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) in makers for node in called)


def test_files_are_short():
    sizes = {source.path: source.lines for source in sources(*EVERYTHING)}
    problems = judged(sizes, LONG_FILES, FILE) + judged(sizes, (), FILE_HARD)
    assert not problems


def test_folders_hold_few_modules():
    modules = [PurePosixPath(source.path) for source in sources() if not source.path.endswith("__init__.py")]
    problems = judged(Counter(str(module.parent) for module in modules), LARGE_FOLDERS, FOLDER)
    assert not problems


def test_functions_are_short():
    sizes = {
        f"{source.path}:{name}": length(function)
        for source in sources(*EVERYTHING)
        for name, function in source.functions
        if not is_build(source, name)
    }
    problems = judged(sizes, LONG_FUNCTIONS, FUNCTION)
    assert not problems


def test_functions_take_few_parameters():
    counts = {
        f"{source.path}:{name}": parameters(function) for source in sources() for name, function in source.functions
    }
    problems = judged(counts, MANY_PARAMETERS, PARAMETERS)
    assert not problems


def test_bodies_of_commands_are_short():
    sizes = {
        f"{source.path}:{name}": body(function)
        for source in sources("pkgops")
        if source.path.startswith("pkgops/cli/")
        for name, function in source.functions
        if is_command(function)
    }
    assert len(sizes) > 10, "the commands were not found"
    problems = judged(sizes, LONG_COMMANDS, COMMAND)
    assert not problems


def test_no_complexity_is_silenced():
    silenced = [source.path for source in sources() if _SILENCED.search(source.text)]
    assert not silenced, "split it, or list it here with a reason"


def test_names_say_what_is_inside():
    parts = {
        (source.path, part) for source in sources(*EVERYTHING) for part in source.path.removesuffix(".py").split("/")
    }
    assert not [path for path, part in parts if part.lower() in VAGUE]


def test_modules_say_what_they_answer():
    silent = [source.path for source in sources() if source.text.strip() and not first_line(source)]
    assert not silent, "the first line of the docstring is the question the module answers"


def first_line(source: Source) -> str:
    return (ast.get_docstring(source.tree) or "").partition("\n")[0].strip()
