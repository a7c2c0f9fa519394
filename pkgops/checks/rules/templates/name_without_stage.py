"""Physical names that two stages would share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pkgops.checks.kit.names import physical_names
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    if subject.stage.production:
        return
    word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(subject.stage.name)}(?![A-Za-z0-9])")
    for name in physical_names(subject):
        if not word.search(name.text):
            yield name.found(f"without the stage ({subject.stage.name}).")


RULE = Rule(
    id="P004",
    title="Name without the stage",
    reason="Two stages in one account cannot both have a table named notes: the second deployment fails, or takes "
    "over the first stage's resource.",
    remedy="Write the name with scope.named, or leave it to CloudFormation.",
    find=_find,
    bad=Example('scope.add(sns.Topic("News", TopicName="news"))'),
    good=Example('scope.add(sns.Topic("News", TopicName=scope.named("news")))'),
)
