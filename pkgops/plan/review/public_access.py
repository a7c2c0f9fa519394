"""Public access: resources of a template that anyone on the internet can reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pkgops.plan.review.iam_diff import as_list, policy_documents, policyuniverse

_WORLD = ("0.0.0.0/0", "::/0")
_NAMED = {"Service", "CanonicalUser"}  # principals of these kinds are never anyone
# An account, or somebody of one: by its number, or this one.
_ACCOUNT = re.compile(r"\d{12}|.*:iam::(?:\d{12}|\$\{AWS::AccountId\}):[^*]*")
_PUBLIC_ACLS = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")


def public_resources(template: Mapping[str, Any]) -> dict[str, str]:
    """Logical id -> what is public about it, for every resource that anyone may reach."""
    found: dict[str, str] = {}
    for logical_id, resource in template.get("Resources", {}).items():
        reasons = list(_reasons(resource))
        if reasons:
            found[logical_id] = "; ".join(dict.fromkeys(reasons))
    return found


def _reasons(resource: Mapping[str, Any]) -> Iterator[str]:
    properties = resource.get("Properties", {})
    known = _BY_TYPE.get(resource["Type"])
    if known is not None:
        yield from known(properties)
    if resource["Type"] != "AWS::IAM::Role" and _anyone(properties):
        yield "its policy lets anyone in"


def _anyone(properties: Mapping[str, Any]) -> bool:
    """True if a resource policy allows every principal, with no condition that narrows it."""
    return any(
        allows_anyone(statement)
        for document in policy_documents(properties)
        for statement in map(_plain, as_list(document["Statement"]))
        if statement["Effect"] == "Allow" and "Principal" in statement
    )


def allows_anyone(statement: Mapping[str, Any]) -> bool:
    """True if a statement that allows something lets anyone in. The library, which takes 90 ms to import, is asked
    where its answer is not plain: about wildcards of AWS, and about conditions."""
    principal = statement["Principal"]
    if isinstance(principal, Mapping) and principal.keys() <= {*_NAMED, "AWS"} and _of_accounts(principal.get("AWS")):
        return False
    if principal in ("*", {"AWS": "*"}) and not statement.get("Condition"):
        return True
    policy = policyuniverse().Policy({"Version": "2012-10-17", "Statement": [statement]})
    return bool(policy.is_internet_accessible())


def _of_accounts(principals: Any) -> bool:
    return all(isinstance(one, str) and _ACCOUNT.fullmatch(one) for one in as_list(principals))


def _plain(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The statement with intrinsic functions as text: the policy library reads only text."""
    return {key: _strings(value) for key, value in statement.items()}


def _strings(value: Any) -> Any:
    if isinstance(value, Mapping):
        if len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
            return f"${{{value}}}"
        return {key: _strings(inner) for key, inner in value.items()}
    return [_strings(inner) for inner in value] if isinstance(value, list) else value


def _bucket(properties: Mapping[str, Any]) -> Iterator[str]:
    block = properties.get("PublicAccessBlockConfiguration", {})
    if any(str(value).lower() == "false" for value in block.values()):
        yield "its public access block is off"
    if properties.get("AccessControl") in _PUBLIC_ACLS:
        yield f"its ACL is {properties['AccessControl']}"


def _url(properties: Mapping[str, Any]) -> Iterator[str]:
    if properties.get("AuthType") == "NONE":
        yield "its URL asks for no authorization"


def _permission(properties: Mapping[str, Any]) -> Iterator[str]:
    if properties.get("Principal") == "*" and not {"SourceArn", "SourceAccount", "PrincipalOrgID"} & set(properties):
        yield "anyone may invoke it"


def _ingress(properties: Mapping[str, Any]) -> Iterator[str]:
    for rule in as_list(properties.get("SecurityGroupIngress")) or [properties]:
        source = rule.get("CidrIp") or rule.get("CidrIpv6")
        if source in _WORLD:
            yield f"port {rule.get('FromPort', 'any')} is open to the world"


def _database(properties: Mapping[str, Any]) -> Iterator[str]:
    if str(properties.get("PubliclyAccessible", "")).lower() == "true":
        yield "the database is publicly accessible"


_BY_TYPE: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::Lambda::Url": _url,
    "AWS::Lambda::Permission": _permission,
    "AWS::EC2::SecurityGroup": _ingress,
    "AWS::EC2::SecurityGroupIngress": _ingress,
    "AWS::RDS::DBInstance": _database,
}
