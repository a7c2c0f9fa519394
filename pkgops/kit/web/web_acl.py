"""Web ACLs (AWS WAF) in front of APIs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, wafv2

from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

BODY_SIZE = "SizeRestrictions_BODY"
"""The rule of AWS's common rule set that blocks bodies over 8 KB."""
_BODY_LABEL = "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"


@dataclass(frozen=True, slots=True)
class ManagedRuleGroup:
    """A rule group managed by AWS (``AWSManagedRulesCommonRuleSet``), with its own actions, but for the rules
    ``counted``: those only count, and label the request."""

    name: str
    group: str
    priority: int
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RateLimitRule:
    """Blocks an address above ``limit`` requests in five minutes."""

    name: str
    limit: int
    priority: int


@dataclass(frozen=True, slots=True)
class BodySizeRule:
    """Blocks bodies over 8 KB, but not for paths that end in one of ``larger``: those have only the limits of API
    Gateway (10 MB) and Lambda (6 MB). Its ``priority`` is above that of the common rule set, which labels such requests
    if it has `BODY_SIZE` among its ``counted``."""

    name: str
    priority: int
    larger: tuple[str, ...]


Rule = ManagedRuleGroup | RateLimitRule | BodySizeRule


def web_acl(scope: Scope, name: str, rules: Iterable[Rule], stage_arn: Any, depends_on: str) -> None:
    """Adds a regional web ACL that allows what no rule blocks, and associates it with an API's stage.
    ``depends_on`` is the logical id of the resource with ``stage_arn``."""
    acl_id = logical_id(scope, name, "Waf")
    physical = scope.named(name)
    acl = scope.add(
        wafv2.WebACL(
            acl_id,
            Name=physical,
            Scope="REGIONAL",
            DefaultAction=wafv2.DefaultAction(Allow=wafv2.AllowAction()),
            Rules=[_rule(rule) for rule in rules],
            VisibilityConfig=_visible(physical),
        )
    )
    scope.add(
        wafv2.WebACLAssociation(
            f"{acl_id}Association",
            ResourceArn=stage_arn,
            WebACLArn=GetAtt(acl, "Arn"),
            DependsOn=[depends_on],
        )
    )


def _rule(row: Rule) -> Any:
    common = {"Name": row.name, "Priority": row.priority, "VisibilityConfig": _visible(row.name)}
    if not isinstance(row, ManagedRuleGroup):
        block = wafv2.RuleAction(Block=wafv2.BlockAction())
        return wafv2.WebACLRule(Action=block, Statement=_blocked(row), **common)
    count = wafv2.RuleAction(Count=wafv2.CountAction())
    counted = [wafv2.RuleActionOverride(Name=rule, ActionToUse=count) for rule in row.counted]
    overrides = {"RuleActionOverrides": counted} if counted else {}
    group = wafv2.ManagedRuleGroupStatement(VendorName="AWS", Name=row.group, **overrides)
    return wafv2.WebACLRule(
        # "None" keeps the actions of the group's rules.
        OverrideAction=wafv2.OverrideAction(**{"None": {}}),
        Statement=wafv2.Statement(ManagedRuleGroupStatement=group),
        **common,
    )


def _blocked(row: RateLimitRule | BodySizeRule) -> Any:
    if isinstance(row, RateLimitRule):
        limit = wafv2.RateBasedStatement(Limit=row.limit, AggregateKeyType="IP")
        return wafv2.Statement(RateBasedStatement=limit)
    large = wafv2.Statement(LabelMatchStatement=wafv2.LabelMatchStatement(Scope="LABEL", Key=_BODY_LABEL))
    others = [
        wafv2.Statement(NotStatement=wafv2.NotStatement(Statement=wafv2.Statement(ByteMatchStatement=_ends(path))))
        for path in row.larger
    ]
    return wafv2.Statement(AndStatement=wafv2.AndStatement(Statements=[large, *others]))


def _ends(path: str) -> Any:
    """The path with or without an API's stage before it: a domain of one's own has none."""
    return wafv2.ByteMatchStatement(
        FieldToMatch=wafv2.FieldToMatch(UriPath={}),
        PositionalConstraint="ENDS_WITH",
        SearchString=path,
        TextTransformations=[wafv2.TextTransformation(Priority=0, Type="NONE")],
    )


def _visible(name: str) -> Any:
    return wafv2.VisibilityConfig(MetricName=name, CloudWatchMetricsEnabled=True, SampledRequestsEnabled=True)
