"""SNS topics, and the services that may publish to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awacs import kms as kms_actions
from awacs import sns as sns_actions
from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import GetAtt, Ref, Sub, kms, sns

from pkgops.kit.links import LinkedTopic
from pkgops.kit.naming import logical_id, pascal_case
from pkgops.scope import Scope


def topic(scope: Scope, name: str, display: str, services: Sequence[str], email: str = "") -> LinkedTopic:
    """Adds a topic that AWS services of this account may publish to (``cloudwatch``, ``budgets``), with an
    e-mail subscription if there is an address. Returns the topic.

    An explicit policy replaces the default one, so every service that publishes must be named. Messages are encrypted
    with a key of the topic's own: the key that AWS has for SNS lets no service publish."""
    topic_id = logical_id(scope, name, "Topic")
    key = _key(scope, f"{topic_id}Key", scope.named(name), services)
    made: LinkedTopic = scope.add(
        LinkedTopic(topic_id, TopicName=scope.named(name), DisplayName=display, KmsMasterKeyId=GetAtt(key, "Arn"))
    )
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


def _key(scope: Scope, key_id: str, name: str, services: Sequence[str]) -> Any:
    """The key of a topic, which its account manages and the services use. The topic's policy says for whom a service
    may publish: not every service says it to the key."""
    administrator = Statement(
        Sid="Account",
        Effect=Allow,
        Principal=Principal("AWS", Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")),
        Action=[Action("kms", "*")],
        Resource=["*"],
    )
    users = Statement(
        Sid="Services",
        Effect=Allow,
        Principal=Principal("Service", [f"{service}.amazonaws.com" for service in services]),
        Action=[kms_actions.Decrypt, Action("kms", "GenerateDataKey*")],
        Resource=["*"],
    )
    document = PolicyDocument(Version="2012-10-17", Statement=[administrator, users])
    scope.accept(
        "P104", key_id, reason="an account that may not manage its key loses it; data keys come in three forms"
    )
    scope.accept("P107", key_id, reason="the topic's policy names the account; not every service names it to a key")
    return scope.add(
        kms.Key(key_id, Description=f"Topic {name}", EnableKeyRotation=True, PendingWindowInDays=7, KeyPolicy=document)
    )


def _may_publish(service: str, topic_arn: Any) -> Statement:
    return Statement(
        Sid=f"{pascal_case(service)}Publishes",
        Effect=Allow,
        Principal=Principal("Service", [f"{service}.amazonaws.com"]),
        Action=[sns_actions.Publish],
        Resource=[topic_arn],
        Condition=Condition(StringEquals("aws:SourceAccount", Ref("AWS::AccountId"))),
    )
