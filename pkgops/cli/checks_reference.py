"""The reference page of ``pkgops check``: acceptances, rules of a project, and all rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pkgops.checks.kit.rule import IMPORTS, Rule
from pkgops.checks.registry import rules
from pkgops.cli.output.rule_text import rule_page

# First digit of an id -> the heading of its group.
GROUPS = {
    "0": "Templates",
    "1": "Permissions",
    "2": "Functions",
    "3": "Queues, streams and alarms",
    "4": "Data",
    "5": "Web",
    "9": "Project",
}
INTRODUCTION = """\
# Checks

`pkgops check` examines a system's templates, the code of its functions and the files of the project. It applies
cfn-lint and the rules below; it needs no credentials and starts nothing. Each finding has a file and a line, the id
of its rule, a sentence, and the remedy.

```sh
pkgops check                        # the default system on stage local
pkgops check shop --stage prod      # including the rules for production
pkgops check --all --output json    # a list of objects
pkgops check --explain P101         # the page of a rule
```

The exit code is 3 if there are errors, with `--strict` also for warnings, otherwise 0. Infos are hints. A rule that
cannot determine something reports that as an info instead of guessing. Before a deployment cfn-lint's errors and the
rules marked "It stops a deployment" are applied in the same way.

## Accepting a finding

Accept a finding in the template, with the reason:

```python
site = scope.add(s3.Bucket("Site", ...))
scope.accept("P401", site, reason="the website is public")
```

The template does not change. `scope.accept(rule, resource, reason=..., subject=...)` takes what `scope.add` returned
or a logical id; without a resource it applies to the whole stack. `subject` limits it to some of the findings about a
resource, with the wildcards `*` and `?`: the name of a variable, a route, the actions of a grant. `--output json`
shows the subject of each finding. Findings of cfn-lint are accepted by their ids (`scope.accept("W3005", ...)`).
`pkgops check --accepted` lists accepted findings. An acceptance that matches no finding is reported (P005).

## Rules of a project

A rule is a module in the folder `checks/` of the project, next to `templates/`. It defines `RULE`, with an id that
begins with a letter other than P, E, W and I:

```python
# checks/no_topics.py
from pkgops.checks.kit.rule import Example, Rule

def _find(subject):
    for topic in subject.resources("AWS::SNS::Topic"):
        yield topic.found("is a topic, but messages go through queues.")

RULE = Rule(
    id="Q001",
    title="Topic",
    reason="All messages of this project go through queues.",
    remedy="Use a queue.",
    find=_find,
    bad=Example('scope.add(sns.Topic("News"))'),
    good=Example('scope.add(sqs.Queue("News"))'),
)
```

`subject` is the system on a stage. `subject.resources(*types)` are the resources of all its stacks,
`subject.identity(stack, value)` is a canonical text of a value, equal for all references to a resource, and
`subject.read(handler)` is what a handler's code calls and reads; `stage`, `system` and `root` are the stage, the
system and the project's directory. `found` takes the sentence after the resource's name, and the path of a property.
`pkgops.checks.kit.functions` and `pkgops.checks.kit.grants` provide functions, their roles and their calls. The rules
in `pkgops/checks/rules/` are written in the same way, each in a file and with a test.

## How code is analyzed

P101, P102, P103, P205 and P206 compare templates with code. The code is not executed but interpreted with abstract
values, from `handler` through every function, class and module of `handlers/` that it reaches. A client keeps its
service and a table the variable that names it, through any number of helpers. Clients with computed names, computed
operations and clients that are passed to a library cannot be followed; P103 reports those places.
"""


def page() -> str:
    """The whole page."""
    known = rules().values()
    lines = [INTRODUCTION, "## Rules", ""]
    lines += ["The examples are bodies of a stack's `build(scope)`, with these imports:", ""]
    lines += ["```python", IMPORTS.rstrip("\n"), "```", "", *_overview(known)]
    for digit, heading in GROUPS.items():
        lines += [f"## {heading}", ""]
        for rule in known:
            if rule.id[1] == digit:
                lines += rule_page(rule)
    return "\n".join(lines).rstrip() + "\n"


def _overview(known: Iterable[Rule]) -> Iterator[str]:
    yield from ("| Rule | Severity | What it finds |", "| --- | --- | --- |")
    for rule in known:
        yield f"| [{rule.id}](#{_anchor(rule)}) | {rule.severity} | {rule.title} |"
    yield ""


def _anchor(rule: Rule) -> str:
    kept = "".join(letter for letter in f"{rule.id}: {rule.title}".lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")
