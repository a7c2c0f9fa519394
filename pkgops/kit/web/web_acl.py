"""Web ACLs (AWS WAF) in front of APIs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, wafv2

from pkgops.kit.naming import logical_id
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class ManagedRuleGroup:
    """A rule group managed by AWS (``AWSManagedRulesCommonRuleSet``), with its own actions."""

    name: str
    group: str
    priority: int


@dataclass(frozen=True, slots=True)
class RateLimitRule:
    """Blocks an address above ``limit`` requests in five minutes."""

    name: str
    limit: int
    priority: int


def web_acl(
    scope: Scope, name: str, rules: Iterable[ManagedRuleGroup | RateLimitRule], stage_arn: Any, depends_on: str
) -> None:
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


def _rule(row: ManagedRuleGroup | RateLimitRule) -> Any:
    common = {"Name": row.name, "Priority": row.priority, "VisibilityConfig": _visible(row.name)}
    if isinstance(row, RateLimitRule):
        limit = wafv2.RateBasedStatement(Limit=row.limit, AggregateKeyType="IP")
        block = wafv2.RuleAction(Block=wafv2.BlockAction())
        return wafv2.WebACLRule(Action=block, Statement=wafv2.Statement(RateBasedStatement=limit), **common)
    group = wafv2.ManagedRuleGroupStatement(VendorName="AWS", Name=row.group)
    return wafv2.WebACLRule(
        # "None" keeps the actions of the group's rules.
        OverrideAction=wafv2.OverrideAction(**{"None": {}}),
        Statement=wafv2.Statement(ManagedRuleGroupStatement=group),
        **common,
    )


def _visible(name: str) -> Any:
    return wafv2.VisibilityConfig(MetricName=name, CloudWatchMetricsEnabled=True, SampledRequestsEnabled=True)
