"""The evaluation of expressions."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable
from functools import cache

from pkgops.checks.code import environment
from pkgops.checks.code.displays import Displays
from pkgops.checks.code.memory import Arguments, Frame, position
from pkgops.checks.code.program import has_yield
from pkgops.checks.code.state import ANY
from pkgops.checks.code.values import (
    NOTHING,
    NUMBER,
    PLAIN,
    Class,
    External,
    Flag,
    Function,
    Object,
    Text,
    Value,
    Variable,
    join,
    text,
    texts,
    truth,
)


class Expressions(Displays):
    """Evaluates expressions; `Statements` executes the statements around them."""

    @abstractmethod
    def define(self, node: ast.AST, frame: Frame, kind: Class | None = None) -> Value:
        """The function of a ``def`` or ``lambda``."""

    def value(self, node: ast.AST | None, frame: Frame) -> Value:
        """The value of an expression; the calls in it are recorded."""
        if node is None:
            return PLAIN
        evaluate: Callable[[ast.AST, Frame], Value] | None = getattr(self, _method(type(node).__name__), None)
        if evaluate is not None:
            return evaluate(node, frame)
        inner = [self.value(child, frame) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return self.computed(join(*inner)) if inner else PLAIN

    def _name(self, node: ast.Name, frame: Frame) -> Value:
        found = self.lookup(frame, node.id)
        return frozenset({External(f"builtins.{node.id}")}) if found is None else found

    def _constant(self, node: ast.Constant, _frame: Frame) -> Value:
        if isinstance(node.value, bool):
            return frozenset({Flag(node.value)})
        return text(node.value) if isinstance(node.value, str) else PLAIN if isinstance(node.value, bytes) else NUMBER

    def _attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        return self.attribute(self.value(node.value, frame), node.attr, node, frame)

    def _call(self, node: ast.Call, frame: Frame) -> Value:
        callee = self.value(node.func, frame)
        kinds = [atom for atom in callee if isinstance(atom, Class)]
        before, self.deferring = self.deferring, self.deferring or bool(kinds)
        arguments = Arguments()
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self.spread(self.value(argument.value, frame), arguments)
            else:
                arguments.positional.append(self.value(argument, frame))
        for keyword in node.keywords:
            given = self.value(keyword.value, frame)
            if keyword.arg is None:
                arguments.more = join(arguments.more, given)
            else:
                arguments.keywords[keyword.arg] = given
        self.deferring = before
        return self.call(callee, arguments, node, frame)

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base, key = self.value(node.value, frame), self.value(node.slice, frame)
        found = []
        for atom in base:
            if atom in environment.WHOLE:
                found.append(environment.variable(self, key, "", node, frame))
            elif isinstance(atom, Object) and atom.kind is None:
                slices = isinstance(node.slice, ast.Slice)
                found.append(frozenset({atom}) if slices else self._at(atom, node.slice, key))
            else:
                names = texts(key) or [""]
                found += [self.computed(frozenset({atom})), *(self.pool.get(f"[{name}]", NOTHING) for name in names)]
        return join(*found)

    def _at(self, base: Object, node: ast.AST, key: Value) -> Value:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            key = frozenset({Text(str(node.value))})
        return self.element(base, key) or PLAIN

    def _boolop(self, node: ast.BoolOp, frame: Frame) -> Value:
        """``a or b``: a variable read in ``a`` has a default."""
        defaulted, self.defaulted = self.defaulted, True
        *left, last = node.values
        found = [self.value(one, frame) for one in left]
        self.defaulted = defaulted
        return join(*found, self.value(last, frame))

    def _compare(self, node: ast.Compare, frame: Frame) -> Value:
        """``a == b``: a variable read in it need not be set."""
        defaulted, self.defaulted = self.defaulted, True
        left, *others = [self.value(one, frame) for one in (node.left, *node.comparators)]
        inner = join(left, *others)
        if join(*others) >= environment.WHOLE:  # "X" in os.environ
            environment.variable(self, left, "tested", node, frame)
        self.defaulted = defaulted
        return frozenset(atom for atom in self.computed(inner) if isinstance(atom, Variable)) | NUMBER

    def _unaryop(self, node: ast.UnaryOp, frame: Frame) -> Value:
        inner = self.value(node.operand, frame)
        known = truth(inner) if isinstance(node.op, ast.Not) else None
        return self.computed(inner) if known is None else frozenset({Flag(not known)})

    def _binop(self, node: ast.BinOp, frame: Frame) -> Value:
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        first, second = texts(left), texts(right)
        if isinstance(node.op, ast.Add) and first and second and len(first) == len(second) == 1:
            return text(first[0] + second[0])
        return self.computed(join(left, right))

    def _joinedstr(self, node: ast.JoinedStr, frame: Frame) -> Value:
        parts = [
            self.value(part.value if isinstance(part, ast.FormattedValue) else part, frame) for part in node.values
        ]
        names = [texts(part) for part in parts]
        if names and all(name and len(name) == 1 for name in names):
            return text("".join(name[0] for name in names if name))
        if len(parts) == 1:
            return parts[0]
        return frozenset(atom for atom in self.computed(join(*parts)) if not isinstance(atom, Object | Function))

    def _ifexp(self, node: ast.IfExp, frame: Frame) -> Value:
        holds = truth(self.value(node.test, frame))
        chosen = [node.body] if holds else [node.orelse] if holds is False else [node.body, node.orelse]
        return join(*(self.value(one, frame) for one in chosen))

    def _namedexpr(self, node: ast.NamedExpr, frame: Frame) -> Value:
        value = self.value(node.value, frame)
        self.assign(node.target, value, frame)
        while frame.comprehension and frame.outer is not None:  # the name belongs to the function
            frame = self.frames[frame.outer]
            self.assign(node.target, value, frame)
        return value

    def _await(self, node: ast.Await, frame: Frame) -> Value:
        return self.value(node.value, frame)

    def _starred(self, node: ast.Starred, frame: Frame) -> Value:
        return self.value(node.value, frame)

    def _yield(self, node: ast.Yield, frame: Frame) -> Value:
        self.bind(frame, "<yields>", self.value(node.value, frame))
        return PLAIN

    def _yieldfrom(self, node: ast.YieldFrom, frame: Frame) -> Value:
        value = self.value(node.value, frame)
        self.bind(frame, "<yields>", self.elements(value))
        return value

    def _lambda(self, node: ast.Lambda, frame: Frame) -> Value:
        return self.define(node, frame)

    def generated(self, node: ast.AST, frame: Frame, value: Value) -> Value:
        """The result of calling a function; of a generator, what it yields."""
        if not has_yield(node):
            return value
        made = Object(f"{frame.file}:{position(node)}:yields", frame.id)
        self.put(made, ANY, frame.names.get("<yields>", NOTHING))
        return frozenset({made})


@cache
def _method(kind: str) -> str:
    return f"_{kind.lower()}"
