"""Physical names that two stages would share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pkgops.checks.kit.names import physical_names
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject
from pkgops.model import LOCAL


def _find(subject: Subject) -> Iterator[Found]:
    if subject.stage.production:
        return
    words = {subject.stage.name, *_own_words(subject)}
    word = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, sorted(words)))})(?![A-Za-z0-9])")
    for name in physical_names(subject):
        if not name.derived and not word.search(name.text):
            yield name.found(f"without the stage ({subject.stage.name}).")


def _own_words(subject: Subject) -> Iterator[str]:
    """The system's word for the stage, if no other stage of an AWS account has it."""
    word = subject.system.environments.get(subject.stage.name)
    sharing = [name for name, other in subject.system.environments.items() if other == word and name != LOCAL]
    if word and subject.system.closed and len(sharing) == 1:
        yield word


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
