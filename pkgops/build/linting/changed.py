"""cfn-lint over what has changed of a template since its last run.

Nine tenths of a run are spent on the resources, one after the other, each against the schema of its type and the rules
for it. A resource that caused no finding in the last run is left out of that part as long as nothing it was judged by
has changed; everything else, all rules over the whole template included, runs as ever, in cfn-lint's own order. A
resource is judged by

- itself, the version of cfn-lint, the region, and every section of the template but resources, outputs, parameters;
- the resources and parameters whose names occur in it, and those that a rule has read while judging it, which is
  recorded: whoever has read all of them is judged again each time;
- what rules remember from one resource to the next: the types of these rules are judged again each time.

Findings themselves are never kept: a resource with one is judged again each time. Where the user has configured
cfn-lint, or a template is written in a way that makes resources of others (transforms, modules, loops), all is linted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cfnlint.decode.node import dict_node
from cfnlint.match import Match
from cfnlint.rules import CloudFormationLintRule, Rules

from pkgops.build.linting.decoding import decoded
from pkgops.build.linting.runner import configured
from pkgops.build.linting.shortcuts import shortcuts

Kept = dict[str, Any]
_ALL = "*"  # read by a rule: all resources, or the graph of them
_APART = ("Resources", "Outputs", "Parameters")
_RESOURCES = "E3001"  # cfn-lint's rule that goes through the resources


def linted(text: str, region: str, last: Kept | None, root: Path | None = None) -> tuple[list[Match], Kept | None]:
    """cfn-lint's matches for a template, and what to keep for the next run; ``last`` is what the last one has kept.
    The configuration of cfn-lint is that of the project in ``root``, by default the working directory: ConfigError if
    it cannot be used."""
    with shortcuts():
        return _linted(text, region, last, root or Path.cwd())


def _linted(text: str, region: str, last: Kept | None, root: Path) -> tuple[list[Match], Kept | None]:
    template, errors = decoded(text)
    if errors or template is None:
        return errors, None
    config, runner = configured(region, root)
    rule = runner.rules.get(_RESOURCES)
    if config.file_args or not _divisible(template) or "patternProperties" not in getattr(rule, "validators", ()):
        return list(runner.validate_template(template)), None
    inputs = _Inputs(template, region)
    silent = {name for name in runner.rules if not runner.rules.is_rule_enabled(name, config)}
    judged = _Judged(rule.validators["patternProperties"], inputs.unchanged(last), silent)
    rule.validators["patternProperties"] = judged.resources
    matches = list(runner.validate_template(template))
    again = _types_remembered(runner.rules)
    clean = {
        name: sorted(reads)
        for name, reads in judged.clean.items()
        if not {_ALL, template["Resources"][name]["Type"]} & again
    }
    return matches, {"frame": inputs.frame, "digests": inputs.digests, "clean": clean}


class _Inputs:
    """What a template's resources are judged by: ``frame``, the same for all, and a digest of each that has a name."""

    def __init__(self, template: Mapping[str, Any], region: str) -> None:
        named = {name: template.get(name, {}) for name in ("Resources", "Parameters")}
        rest = {name: section for name, section in template.items() if name not in _APART}
        if "Conditions" in rest or "Rules" in rest:  # these decide by parameters
            rest["Parameters"] = named["Parameters"]
        ours = "".join(file.read_text("utf-8") for file in sorted(Path(__file__).parent.glob("*.py")))
        tool = f"{version('cfn-lint')} {_digest(ours)} {region}"
        self.frame = _digest(f"{tool}\n{json.dumps(rest)}")
        self._texts = {name: json.dumps(body) for name, body in named["Resources"].items()}
        self.digests = {
            f"{section}/{name}": _digest(json.dumps(body))
            for section, all_of in named.items()
            for name, body in all_of.items()
        }

    def unchanged(self, last: Kept | None) -> dict[str, set[str]]:
        """The resources that need not be judged again, each with what a rule has read while judging it."""
        if last is None or last["frame"] != self.frame:
            return {}
        before, now = last["digests"], self.digests
        differing = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        names = {name.partition("/")[2] for name in differing}
        return {
            name: set(reads)
            for name, reads in last["clean"].items()
            if not names.intersection([name, *reads]) and not self._mentioned(names, [name, *reads])
        }

    def _mentioned(self, names: set[str], resources: list[str]) -> bool:
        texts = [self._texts.get(resource, "") for resource in resources]
        return any(name in text for text in texts for name in names)


class _Judged:
    """Goes through the resources for cfn-lint's rule: all but the ``unchanged``. ``clean`` has those without a finding,
    each with the names of the other resources that rules have read meanwhile."""

    def __init__(self, judge: Callable[..., Iterator[Any]], unchanged: dict[str, set[str]], silent: set[str]) -> None:
        self._judge = judge
        self._silent = silent
        self._unchanged = unchanged
        self._read: set[str] = set()
        self.clean = dict(unchanged)

    def resources(self, validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
        """In place of the keyword ``patternProperties``, which properties of resources have, too."""
        if list(validator.context.path.path) != ["Resources"]:
            yield from self._judge(validator, patterns, instance, schema)
            return
        cfn = validator.cfn
        graph, search = cfn.graph, cfn.search_deep_keys
        cfn.template["Resources"] = _Watched(instance, self._read)
        cfn.graph = graph and _WatchedGraph(graph, self._read)
        cfn.search_deep_keys = lambda *words, **named: self._searched(search, *words, **named)
        try:
            for name, resource in instance.items():
                if name not in self._unchanged:
                    yield from self._one(validator, patterns, {name: resource}, schema)
        finally:
            cfn.template["Resources"], cfn.graph, cfn.search_deep_keys = instance, graph, search

    def _one(self, validator: Any, patterns: Any, one: dict[str, Any], schema: Any) -> list[Any]:
        self._read.clear()
        errors = list(self._judge(validator, patterns, one, schema))
        (name,) = one
        if _ALL not in self._read and all(error.rule and error.rule.id in self._silent for error in errors):
            self.clean[str(name)] = self._read - {name}
        return errors

    def _searched(self, search: Callable[..., Any], *words: Any, **named: Any) -> Any:
        self._read.add(_ALL)
        return search(*words, **named)


class _Watched(dict_node):  # type: ignore[misc]
    """A template's resources; what is read of them is written down in ``read``."""

    def __init__(self, plain: Any, read: set[str]) -> None:
        super().__init__(plain, plain.start_mark, plain.end_mark)
        self._read = read

    def __getitem__(self, name: str) -> Any:
        self._read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._read.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._read.add(str(name))
        return bool(super().__contains__(name))

    def __iter__(self) -> Any:
        self._read.add(_ALL)
        return super().__iter__()

    def __len__(self) -> int:
        self._read.add(_ALL)
        return int(super().__len__())

    def keys(self) -> Any:
        self._read.add(_ALL)
        return super().keys()

    def values(self) -> Any:
        self._read.add(_ALL)
        return super().values()

    def items(self) -> Any:
        self._read.add(_ALL)
        return super().items()


class _WatchedGraph:
    """The graph of a template: whoever looks at it has read all resources."""

    def __init__(self, plain: Any, read: set[str]) -> None:
        self._plain = plain
        self._read = read

    def __getattr__(self, name: str) -> Any:
        self._read.add(_ALL)
        return getattr(self._plain, name)


def _divisible(template: Any) -> bool:
    """Whether a template's resources are those that are written in it, with names that are plain words."""
    if not isinstance(template, dict) or "Transform" in template or "cfn-lint" in (template.get("Metadata") or ()):
        return False
    resources, parameters = template.get("Resources"), template.get("Parameters", {})
    if not isinstance(resources, dict) or not isinstance(parameters, dict):
        return False
    return all(map(_plain, [*resources, *parameters])) and all(map(_typed, resources.values()))


def _plain(name: Any) -> bool:
    return isinstance(name, str) and name.isascii() and name.isalnum()


def _typed(resource: Any) -> bool:
    kind = resource.get("Type") if isinstance(resource, dict) else None
    return isinstance(kind, str) and not kind.endswith("::MODULE") and not kind.startswith("AWS::Serverless::")


def _types_remembered(rules: Rules) -> set[str]:
    """The types of resources that rules with a memory look at: these rules forget when a run begins."""
    found = set()
    for rule in rules.values():
        if type(rule).initialize is not CloudFormationLintRule.initialize:
            for keyword in getattr(rule, "keywords", ()):
                section, _, rest = keyword.partition("/")
                kind = rest.partition("/")[0]
                found.add(kind if section == "Resources" and "::" in kind else _ALL)
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
