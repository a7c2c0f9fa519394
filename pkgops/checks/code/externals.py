"""The effects of calls to the standard library, the AWS SDK's entry points and third-party packages."""

from __future__ import annotations

import ast
from collections.abc import Callable

from pkgops.checks.code import environment
from pkgops.checks.code.arguments import fields as field_names
from pkgops.checks.code.memory import Arguments, Frame, position
from pkgops.checks.code.program import is_standard
from pkgops.checks.code.state import ANY, State
from pkgops.checks.code.values import (
    CALLABLE,
    NOTHING,
    NUMBER,
    PLAIN,
    Class,
    Client,
    External,
    Flag,
    Foreign,
    Handle,
    Object,
    Partial,
    Session,
    Text,
    Value,
    Variable,
    join,
    of_sdk,
    texts,
)

SDK_ROOTS = {"boto3", "botocore.session", "aioboto3", "aiobotocore.session"}
# Packages, or parts of them, that call AWS themselves.
CALLING = (
    "aws_lambda_powertools.utilities.feature_flags",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.utilities.streaming",
    "aws_secretsmanager_caching",
    "awswrangler",
    "dynamodb_encryption_sdk",
    "pynamodb",
    "s3fs",
    "smart_open",
)
_SDK_PACKAGES = {"boto3", "botocore", "aioboto3", "aiobotocore"}
_HIDING = {"eval", "exec", "__import__", "compile"}


def imported(name: str) -> Value:
    """The value of a name outside the project (``os.environ``)."""
    if name in SDK_ROOTS or name in ("boto3.session",):
        return frozenset({Session()})
    if name == "typing.TYPE_CHECKING":
        return frozenset({Flag(False)})
    return frozenset({External(name)})


def attribute(base: External, name: str) -> Value:
    """An attribute of a name outside the project."""
    return imported(f"{base.name}.{name}")


def call(state: State, name: str, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    """Calls the function of that name (``functools.partial``)."""
    of_environment = name.startswith("os.environ.") and name not in _MODELS
    if of_environment or join(*arguments.all()) >= environment.WHOLE:
        environment.hand_on(state, node, frame)
    model = _MODELS.get(name)
    if model is not None:
        return model(state, arguments, node, frame)
    short = name.removeprefix("builtins.")
    if short in _HIDING or name == "importlib.import_module":
        state.cannot_resolve(node, frame, f"calls {short}, which may run anything")
    if is_standard(name):
        return unknown(state, arguments, node, frame)
    package = name.partition(".")[0]
    if name.startswith(CALLING):
        state.cannot_resolve(node, frame, f"uses {name}, which calls AWS itself")
    if of_sdk(arguments.all()) and package not in _SDK_PACKAGES:
        state.cannot_resolve(node, frame, f"passes a client to {package}")
    return unknown(state, arguments, node, frame) - PLAIN | {Foreign(package)}


def unknown(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    """Calls unknown code. It may call its arguments, with the arguments after them, as ``submit(f, x)``, ``map(f, xs)``
    and decorators do; otherwise it may return its arguments."""
    results = []
    positional = list(arguments.positional)
    for index, argument in enumerate(arguments.positional):
        if _callable(argument):
            behind, positional = positional[index + 1 :], positional[:index]
            inner = [join(one, state.elements(one)) for one in behind]
            handed = Arguments(inner, dict(arguments.keywords), arguments.rest, arguments.more)
            results.append(state.call(_callable(argument), handed, node, frame))
            break
    for argument in (*arguments.keywords.values(), arguments.rest):
        if _callable(argument):
            inner = [state.elements(one) for one in arguments.positional]
            results.append(state.call(_callable(argument), Arguments(inner), node, frame))
    given = [*positional, *arguments.keywords.values(), arguments.rest, arguments.more]
    kept = [state.computed(state.relevant_part(one, instances=False)) for one in given if one != PLAIN]
    return join(PLAIN, *results, *kept)


def _callable(value: Value) -> Value:
    return frozenset(atom for atom in value if isinstance(atom, CALLABLE))


def _partial(_state: State, arguments: Arguments, _node: ast.AST, _frame: Frame) -> Value:
    callee, *positional = arguments.positional or [NOTHING]
    if any(isinstance(atom, Partial) for value in arguments.all() for atom in value):
        return join(*arguments.all())  # else each round of a loop would make another one
    return frozenset(
        {Partial(callee, tuple(positional), tuple(sorted(arguments.keywords.items(), key=lambda i: i[0])))}
    )


def _getattr(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    base, names = arguments.at(0), texts(arguments.at(1))
    if names is not None:
        return join(arguments.at(2), *(state.attribute(base, name, node, frame) for name in names))
    if any(isinstance(atom, Client | Handle) for atom in base):
        state.cannot_resolve(node, frame, "calls an operation whose name is computed")
    return join(PLAIN, arguments.at(2))


def _setattr(state: State, arguments: Arguments, _node: ast.AST, _frame: Frame) -> Value:
    for atom in arguments.at(0):
        if isinstance(atom, Object):
            for name in texts(arguments.at(1)) or (ANY,):
                state.put(atom, name, arguments.at(2))
    return PLAIN


def _dict(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    made = state.collection(node, frame, ":dict")
    for atom in join(arguments.at(0), arguments.more):
        for name in tuple(state.names_of.get(atom, ())) if isinstance(atom, Object) else ():
            state.put(made, name, state.get(atom, name))
    for name, value in arguments.keywords.items():
        state.put(made, name, value)
    return frozenset({made})


def _replace(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    """``dataclasses.replace``: another instance, with some of its fields."""
    found: set[object] = set()
    for atom in arguments.at(0):
        if isinstance(atom, Object):
            made = Object(f"{frame.file}:{position(node)}", frame.id, atom.kind)
            for name in tuple(state.names_of.get(atom, ())):
                if name not in arguments.keywords:
                    state.put(made, name, state.get(atom, name))
            for name, value in arguments.keywords.items():
                state.put(made, name, value)
            found.add(made)
    return frozenset(found) or PLAIN


def _fields(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    """``dataclasses.fields``: each with its name."""
    made = state.collection(node, frame, ":fields")
    for atom in arguments.at(0):
        kind = atom if isinstance(atom, Class) else getattr(atom, "kind", None)
        frames = state.class_names(kind) if isinstance(kind, Class) else []
        nodes = [state.definitions[one.kind.key][0] for one in frames if one.kind]
        for index, name in enumerate(field_names(nodes)):
            one = state.collection(node, frame, f":field:{name}")
            state.put(one, "name", frozenset({Text(name)}))
            state.put(made, str(index), frozenset({one}))
    return frozenset({made})


def _pairs(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    """``zip``: pairs of elements."""
    made, pair = state.collection(node, frame, ":pairs"), state.collection(node, frame, ":pair")
    state.put(made, ANY, frozenset({pair}))
    for index, argument in enumerate(arguments.positional):
        state.put(pair, str(index), state.elements(argument))
    return frozenset({made})


def _enumerate(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    return _pairs(state, Arguments([PLAIN, arguments.at(0)]), node, frame)


def _element(state: State, arguments: Arguments, _node: ast.AST, _frame: Frame) -> Value:
    return join(state.elements(arguments.at(0)), arguments.at(1))


def _same(_state: State, arguments: Arguments, _node: ast.AST, _frame: Frame) -> Value:
    return arguments.at(0) or PLAIN


def _cast(_state: State, arguments: Arguments, _node: ast.AST, _frame: Frame) -> Value:
    return arguments.at(1)


def _namespace(state: State, arguments: Arguments, node: ast.AST, frame: Frame) -> Value:
    return _dict(state, Arguments(keywords=arguments.keywords), node, frame)


def _data(state: State, arguments: Arguments, _node: ast.AST, _frame: Frame) -> Value:
    """``len``, ``int``: the result is no text, and holds no part of the arguments."""
    return (
        frozenset(atom for one in arguments.all() for atom in state.computed(one) if isinstance(atom, Variable))
        | NUMBER
    )


def _session(_state: State, _arguments: Arguments, _node: ast.AST, _frame: Frame) -> Value:
    return frozenset({Session()})


_NUMBERS = ("abs", "bool", "float", "hasattr", "int", "isinstance", "issubclass", "len", "ord", "print", "round")
_Model = Callable[[State, Arguments, ast.AST, Frame], Value]
_MODELS: dict[str, _Model] = {
    "os.environ.get": environment.get,
    "os.getenv": environment.get,
    "functools.partial": _partial,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.dict": _dict,
    "types.SimpleNamespace": _namespace,
    "builtins.zip": _pairs,
    "builtins.enumerate": _enumerate,
    "builtins.next": _element,
    "builtins.str": _same,
    "dataclasses.fields": _fields,
    "dataclasses.replace": _replace,
    "msgspec.structs.fields": _fields,
    "msgspec.structs.replace": _replace,
    "typing.cast": _cast,
    "boto3.session.Session": _session,
    **{f"builtins.{name}": _data for name in _NUMBERS},
    # Whatever their arguments, these give back what they are about.
    **{f"builtins.{name}": _same for name in ("list", "tuple", "set", "frozenset", "iter", "reversed")},
    **{f"{module}": _same for module in ("copy.copy", "copy.deepcopy", "functools.wraps")},
}
