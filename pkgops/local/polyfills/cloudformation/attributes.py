"""Attributes that ``Fn::GetAtt`` finds on AWS but not in the emulator."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pkgops.local.hooks.types import Properties, Types


def install(types: Types) -> None:
    """Adds them to what creation and update return."""
    types.after("AWS::Cognito::UserPool", _user_pool)
    types.after("AWS::EC2::VPC", lambda _, new, __: {"CidrBlock": new.get("CidrBlock", "")})
    types.after("AWS::SES::EmailIdentity", _email_identity)


def _user_pool(pool: str, _: Properties, __: Properties) -> dict[str, Any]:
    from ministack.core.responses import get_region

    return {"ProviderURL": f"https://cognito-idp.{get_region()}.amazonaws.com/{pool}"}


def _email_identity(identity: str, _: Properties, __: Properties) -> dict[str, Any]:
    """The three records a domain's owner has to publish; made up, but constant."""
    attributes: dict[str, Any] = {}
    for number in (1, 2, 3):
        token = sha256(f"{identity}{number}".encode()).hexdigest()[:32]
        attributes[f"DkimDNSTokenName{number}"] = f"{token}._domainkey.{identity}"
        attributes[f"DkimDNSTokenValue{number}"] = f"{token}.dkim.amazonses.com"
    return attributes
