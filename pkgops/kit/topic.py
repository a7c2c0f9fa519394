"""SNS topics, and the services that may publish to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awacs import sns as sns_actions
from awacs.aws import Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import Ref, sns

from pkgops.kit.links import LinkedTopic
from pkgops.kit.naming import logical_id, pascal_case
from pkgops.scope import Scope


def topic(scope: Scope, name: str, display: str, services: Sequence[str], email: str = "") -> LinkedTopic:
    """Adds a topic that AWS services of this account may publish to (``cloudwatch``, ``budgets``), with an
    e-mail subscription if there is an address. Returns the topic.

    An explicit policy replaces the default one, so every service that publishes must be named."""
    topic_id = logical_id(scope, name, "Topic")
    made: LinkedTopic = scope.add(LinkedTopic(topic_id, TopicName=scope.named(name), DisplayName=display))
    statements = [_may_publish(service, Ref(made)) for service in services]
    scope.add(
        sns.TopicPolicy(
            f"{topic_id}Policy",
            Topics=[Ref(made)],
            PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=statements),
        )
    )
    if email:
        scope.add(sns.SubscriptionResource(f"{topic_id}Email", TopicArn=Ref(made), Protocol="email", Endpoint=email))
    return made


def _may_publish(service: str, topic_arn: Any) -> Statement:
    return Statement(
        Sid=f"{pascal_case(service)}Publishes",
        Effect=Allow,
        Principal=Principal("Service", [f"{service}.amazonaws.com"]),
        Action=[sns_actions.Publish],
        Resource=[topic_arn],
        Condition=Condition(StringEquals("aws:SourceAccount", Ref("AWS::AccountId"))),
    )
