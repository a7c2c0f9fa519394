"""Which steps does cfn-lint take again and again for one template, and what comes to the same sooner?

Most of a run copies objects field by field, makes classes of validators that exist already, asks all rules about each
value, and reads the whole template for each reference in it. What stands in here gives the same. It is in force during
our runs alone, and only with the version of cfn-lint that it was written for: with another one a run takes longer, and
says the same.

A test changes templates by chance and compares each verdict with that of cfn-lint alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from cfnlint.context.context import Context, Path
from cfnlint.graph import Graph
from cfnlint.jsonschema import CfnTemplateValidator, _keywords
from cfnlint.jsonschema._filter import FunctionFilter
from cfnlint.rules import Rules
from cfnlint.rules.jsonschema.Base import BaseJsonSchema
from cfnlint.schema.resolver import RefResolver
from cfnlint.template.template import Template
from cfnlint.version import __version__

from pkgops.build.linting.copies import descended, evolved, evolved_context
from pkgops.build.linting.loading import loaded_late, rule_class
from pkgops.build.linting.version import WRITTEN_FOR
from pkgops.build.linting.whole import cycles, run_rules, uniqueness


@contextmanager
def shortcuts() -> Iterator[None]:
    """Takes shortcuts meanwhile, for one template in one thread."""
    replaced = _Shortcuts().replaced() if __version__ == WRITTEN_FOR else []
    before = [(owner, name, vars(owner).get(name)) for owner, name, _ in replaced]
    for owner, name, shortcut in replaced:
        setattr(owner, name, shortcut)
    try:
        yield
    finally:
        for owner, name, original in before:
            if original is None:
                delattr(owner, name)
            else:
                setattr(owner, name, original)


class _Shortcuts:
    """What stands in for steps of one run, and what they remember of it. What is found by the identity of an object
    is kept with the object: no other can come to its place meanwhile."""

    def __init__(self) -> None:
        self._classes: dict[Any, Any] = {}
        self._validators: dict[Any, Any] = {}
        self._subschemas: dict[int, tuple[Any, Any]] = {}
        self._resolved: dict[tuple[int, str], tuple[Any, Any]] = {}
        self._attributes: dict[int, tuple[Any, Any]] = {}
        self._keys: dict[int, tuple[Any, dict[str, list[list[Any]]]]] = {}

    def replaced(self) -> list[tuple[Any, str, Any]]:
        """(class, name of a method, what stands in for it)."""
        identifiers = rule_class("resources", "PrimaryIdentifiers")
        alike = "_validate_resource_type_uniqueness"
        return [
            (Path, "descend", descended(Path.descend)),
            (Path, "evolve", evolved),
            (FunctionFilter, "evolve", evolved),
            (Context, "evolve", evolved_context),
            (CfnTemplateValidator, "evolve", self._evolved_validator()),
            (BaseJsonSchema, "extend_validator", self._extended(BaseJsonSchema.extend_validator)),
            (RefResolver, "_get_subschemas_cache", self._subschemas_of(RefResolver._get_subschemas_cache)),
            (RefResolver, "resolve_from_url", self._resolver(RefResolver.resolve_from_url)),
            (Template, "get_valid_getatts", self._getatts(Template.get_valid_getatts)),
            (Template, "_search_deep_keys", self._found(Template._search_deep_keys)),
            (Rules, "run", run_rules),
            (Graph, "get_cycles", cycles(Graph.get_cycles)),
            (identifiers, alike, uniqueness(getattr(identifiers, alike))),
            *loaded_late(),
        ]

    def _evolved_validator(self) -> Callable[..., Any]:
        """A validator with other fields; which keywords it knows is its class's, whatever a rule gave a single one."""

        def evolve(validator: Any, **changes: Any) -> Any:
            kind = type(validator)
            known = self._validators.get(kind)
            if known is None:
                known = self._validators[kind] = kind(resolver=object(), cfn=object(), context=object()).validators
            fresh = object.__new__(kind)
            fields = fresh.__dict__
            fields.update(validator.__dict__)
            fields["validators"] = known
            fields.update(changes)
            return fresh

        return evolve

    def _extended(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The validator of a rule. cfn-lint writes and compiles a class for each use, here it is one for all."""
        evolve = self._evolved_validator()

        def extend_validator(rule: Any, validator: Any, schema: Any, context: Any, validators: Any = None) -> Any:
            added = tuple(sorted(validators.items())) if validators else ()
            key = (id(rule), type(validator), added)
            found = self._classes.get(key)
            if found is None:
                found = self._classes[key] = type(original(rule, validator, schema, context, validators))
                found.evolve = evolve
                self._shorten(found(resolver=object(), cfn=object(), context=object()).validators)
            return found(
                schema=schema,
                resolver=RefResolver.from_schema(schema),
                function_filter=validator.function_filter,
                cfn=validator.cfn,
                context=context,
            )

        return extend_validator

    def _shorten(self, keywords: dict[str, Any]) -> None:
        """Replaces two keywords: what rules check in addition, and lists of what is allowed."""
        checks, listed = keywords.get("cfnLint"), keywords.get("enum")
        if getattr(getattr(checks, "__self__", None), "id", "") == "E1101":
            keywords["cfnLint"] = self._additional(checks)
        if listed and (listed is _keywords.enum or getattr(getattr(listed, "__self__", None), "id", "") == "E3030"):
            keywords["enum"] = _listed(listed)

    def _additional(self, original: Any) -> Callable[..., Iterator[Any]]:
        """Only the rules for a keyword are asked, where cfn-lint goes through all rules at each value."""
        rules: dict[str, SimpleNamespace] = {}
        for rule in original.__self__.child_rules.values():
            for keyword in rule.keywords if rule is not None and rule.id else ():
                rules.setdefault(keyword, SimpleNamespace(child_rules={})).child_rules[rule.id] = rule

        def check(validator: Any, keywords: Any, instance: Any, schema: Any) -> Iterator[Any]:
            for keyword in keywords:
                if keyword in rules:
                    yield from original.__func__(rules[keyword], validator, [keyword], instance, schema)

        return check

    def _subschemas_of(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """What is the same for all resolvers of a schema."""

        def subschemas(resolver: Any) -> Any:
            schema = resolver.referrer
            known = self._subschemas.get(id(schema))
            if known is None:
                known = self._subschemas[id(schema)] = (schema, original(resolver))
            return known[1]

        return subschemas

    def _resolver(self, original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
        """A definition in a schema. cfn-lint looks through the whole schema for names first, for each resolver. One
        that knows further documents is made once, and remembers what it finds."""

        def resolve(resolver: Any, url: str) -> Any:
            if resolver.store:
                return original(resolver, url)
            key = (id(resolver.referrer), url)
            known = self._resolved.get(key)
            if known is None:
                known = self._resolved[key] = (resolver.referrer, original(resolver, url))
            return known[1]

        return resolve

    def _getatts(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The attributes of all resources. cfn-lint makes the table for each reference."""

        def attributes(template: Any) -> Any:
            known = self._attributes.get(id(template))
            if known is None:
                known = self._attributes[id(template)] = (template, original(template))
            return known[1]

        return attributes

    def _found(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """All places of a key in a template, which is gone through once, and not for each key. Not with a transform,
        which may change the template meanwhile."""

        def search(template: Any, key: Any, place: Any, path: list[Any]) -> Any:
            if path or place is not template.template or not isinstance(key, str) or not isinstance(place, dict):
                return original(template, key, place, path)
            if "Transform" in place:
                return original(template, key, place, path)
            known = self._keys.get(id(place))
            if known is None:
                known = self._keys[id(place)] = (place, {})
                _note(place, [], known[1])
            return [list(one) for one in known[1].get(key, ())]

        return search


def _note(value: Any, path: list[Any], found: dict[str, list[list[Any]]]) -> None:
    """Adds the paths of all keys in a value, each with what stands there, in the order of the template."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = [*path, key]
            found.setdefault(key, []).append([*here, inner])
            _note(inner, here, found)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _note(inner, [*path, index], found)


def _listed(original: Callable[..., Any]) -> Callable[..., Any]:
    """Is a value allowed? Texts are looked up first, where cfn-lint compares one after the other in its own way, all
    resources of the template for each reference. The rule for values of parameters has its own way."""

    def enum(validator: Any, allowed: Any, instance: Any, schema: Any) -> Any:
        if isinstance(instance, str) and not validator.context.path.value_path and instance in allowed:
            return ()
        return original(validator, allowed, instance, schema)

    return enum
