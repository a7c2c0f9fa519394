"""AWS::Events::Rule: a rule of a stack knows when and by whom it was created, and its rate is counted from then, as
CloudFormation's rules are on AWS.

The emulator notes that for rules made by PutRule alone, and counts the others' from its first look at them: from each
start of the emulator anew.
"""

from __future__ import annotations

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types


def install(types: Types) -> None:
    """Notes both where a stack has made the rule."""
    from ministack.services import eventbridge
    from ministack.services.cloudformation import provisioners

    require(eventbridge, "_rules", "_rule_key", "_now_ts", "get_account_id")
    require(provisioners, "_eb_rule_bus_name")
    types.after("AWS::Events::Rule", _note)


def _note(name: str, properties: Properties, _: Properties) -> None:
    from ministack.services import eventbridge
    from ministack.services.cloudformation import provisioners

    rule = eventbridge._rules[eventbridge._rule_key(name, provisioners._eb_rule_bus_name(properties))]
    rule.setdefault("CreationTime", eventbridge._now_ts())
    rule.setdefault("CreatedBy", eventbridge.get_account_id())
