"""Secrets in a template's outputs, parameters and variables."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.secret_scan import find_secrets
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for stack in subject.stacks:
        for path, sentence in find_secrets(stack.template):
            section, _, rest = path.partition("/")
            resource = rest.partition("/")[0] if section == "Resources" else ""
            yield Found(sentence, stack.key, resource, path, subject=path.rpartition("/")[2])


RULE = Rule(
    id="P407",
    title="Exposed secret",
    severity=ERROR,
    gate=True,
    reason="Outputs, parameters and functions' variables are visible to everyone with read access to the stack, and "
    "stay in its history. No finding contains a value.",
    remedy="Keep the value in Secrets Manager, declare the secret in the system's SYSTEM, and give the function its "
    "name.",
    find=_find,
    bad=Example('scope.output("Webhook", "{{resolve:secretsmanager:notes/webhook}}")'),
    good=Example('scope.output("WebhookSecret", "notes/webhook")'),
)
