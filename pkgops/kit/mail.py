"""SES identities of domains to send mail from."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt, Join, ses

from pkgops.scope import Scope


def mail_identity(scope: Scope, domain: str) -> Any:
    """Adds the domain's SES identity, which production keeps when its stack is deleted: a new one would need new DNS
    records. Returns the names of the three records that must be published before mail can be sent, separated by
    commas."""
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"} if scope.stage.production else {}
    identity = scope.add(ses.EmailIdentity("MailIdentity", EmailIdentity=domain, **kept))
    return Join(",", [GetAtt(identity, f"DkimDNSTokenName{number}") for number in (1, 2, 3)])
