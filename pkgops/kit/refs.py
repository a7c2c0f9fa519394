"""How is the value of another resource written inside a string?"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Sub


def placeholder(value: Any) -> str:
    """A value as it stands inside ``Fn::Sub``: a ``Ref`` as ``${Name}``, a ``GetAtt`` as ``${Name.Attribute}``,
    a string as itself. TypeError for any other intrinsic function."""
    if isinstance(value, str):
        return value
    data = value.data
    if "Ref" in data:
        return "${" + str(data["Ref"]) + "}"
    if isinstance(value, GetAtt):
        return "${" + ".".join(data["Fn::GetAtt"]) + "}"
    raise TypeError(f"{data!r} cannot stand inside a string")


def arn(service: str, resource: str, suffix: str = "") -> Any:
    """The ARN of something in the stack's own account and region; ``resource`` may hold placeholders."""
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}{suffix}")
