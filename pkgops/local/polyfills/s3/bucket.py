"""S3 buckets: life cycle, tags, encryption, ownership and logging are applied, and one with objects in it is
not deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::S3::Bucket"
_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def install(types: Types) -> None:
    """Applies what the emulator's own handler drops; the stack's tags reach buckets too."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    require(s3, "_bucket_lifecycle", "_bucket_tags", "_bucket_encryption", "_bucket_logging_config")
    require(s3, "_bucket_versioning", "_put_bucket_ownership_controls", "_delete_bucket", "_buckets")
    require(provisioners, "_STACK_TAG_PROPERTY")
    provisioners._STACK_TAG_PROPERTY.setdefault(KIND, ("Tags", "list"))
    types.after(KIND, _apply)
    types.before_delete(KIND, _refuse_with_objects)


def _apply(bucket: str, new: Properties, old: Properties) -> None:
    from ministack.services import s3

    tags = {tag["Key"]: str(tag["Value"]) for tag in new.get("Tags") or []}
    _store(s3._bucket_tags, bucket, tags, bool(old.get("Tags")))
    rules = [_rule(rule, number) for number, rule in enumerate(_rules(new))]
    _store(s3._bucket_lifecycle, bucket, rules, bool(_rules(old)))
    _store(s3._bucket_encryption, bucket, _encryption(new), "BucketEncryption" in old)
    _store(s3._bucket_logging_config, bucket, _logging(new, bucket), "LoggingConfiguration" in old)
    if (new.get("VersioningConfiguration") or {}).get("Status") == "Suspended":
        s3._bucket_versioning[bucket] = "Suspended"
    ownership = (new.get("OwnershipControls") or {}).get("Rules") or []
    if ownership:
        rule = f"<Rule><ObjectOwnership>{ownership[0]['ObjectOwnership']}</ObjectOwnership></Rule>"
        xml = f"<OwnershipControls {_NAMESPACE}>{rule}</OwnershipControls>"
        refuse(s3._put_bucket_ownership_controls(bucket, xml.encode()))


def _store(store: Any, bucket: str, value: Any, had: bool) -> None:
    """Sets what the template has; clears what an earlier template had, but nothing that was set by hand."""
    if value:
        store[bucket] = value
    elif had:
        store.pop(bucket, None)


def _rules(properties: Properties) -> list[Mapping[str, Any]]:
    return list((properties.get("LifecycleConfiguration") or {}).get("Rules") or [])


def _rule(rule: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A template's rule as the service keeps it."""
    kept: dict[str, Any] = {
        "ID": rule.get("Id") or f"rule-{number}",
        "Status": rule["Status"],
        "Filter": _filter(rule),
    }
    expiration = {
        "Days": _whole(rule.get("ExpirationInDays")),
        "Date": rule.get("ExpirationDate"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    kept["Expiration"] = _present(expiration)
    old_versions = rule.get("NoncurrentVersionExpiration") or {}
    kept["NoncurrentVersionExpiration"] = _present(
        {
            "NoncurrentDays": _whole(old_versions.get("NoncurrentDays", rule.get("NoncurrentVersionExpirationInDays"))),
            "NewerNoncurrentVersions": _whole(old_versions.get("NewerNoncurrentVersions")),
        }
    )
    kept["AbortIncompleteMultipartUpload"] = _present(
        {"DaysAfterInitiation": _whole((rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation"))}
    )
    kept["Transitions"] = [_transition(one, "Days") for one in rule.get("Transitions") or []]
    later = rule.get("NoncurrentVersionTransitions") or []
    kept["NoncurrentVersionTransitions"] = [_transition(one, "NoncurrentDays") for one in later]
    return {key: value for key, value in kept.items() if value or key == "Filter"}


def _transition(one: Mapping[str, Any], days: str) -> dict[str, Any]:
    fields = {
        days: _whole(one.get("TransitionInDays")),
        "Date": one.get("TransitionDate"),
        "StorageClass": one["StorageClass"],
    }
    return _present(fields)


def _filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    parts = _present(
        {
            "Prefix": rule.get("Prefix"),
            "ObjectSizeGreaterThan": _whole(rule.get("ObjectSizeGreaterThan")),
            "ObjectSizeLessThan": _whole(rule.get("ObjectSizeLessThan")),
        }
    )
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters") or []]
    if len(parts) + len(tags) > 1:
        return {"And": {**parts, "Tags": tags}}
    return {**parts, **({"Tag": tags[0]} if tags else {})} or {"Prefix": ""}


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _encryption(properties: Properties) -> str:
    rules = (properties.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration") or []
    text = ""
    for rule in rules:
        default = rule.get("ServerSideEncryptionByDefault") or {}
        key = default.get("KMSMasterKeyID")
        text += (
            "<Rule><ApplyServerSideEncryptionByDefault>"
            f"<SSEAlgorithm>{escape(default.get('SSEAlgorithm', 'AES256'))}</SSEAlgorithm>"
            + (f"<KMSMasterKeyID>{escape(key)}</KMSMasterKeyID>" if key else "")
            + "</ApplyServerSideEncryptionByDefault>"
            f"<BucketKeyEnabled>{str(rule.get('BucketKeyEnabled', False)).lower()}</BucketKeyEnabled></Rule>"
        )
    name = "ServerSideEncryptionConfiguration"
    return f"<{name} {_NAMESPACE}>{text}</{name}>" if text else ""


def _logging(properties: Properties, bucket: str) -> str:
    logging = properties.get("LoggingConfiguration")
    if not logging:
        return ""
    return (
        f"<BucketLoggingStatus {_NAMESPACE}><LoggingEnabled>"
        f"<TargetBucket>{escape(logging.get('DestinationBucketName', bucket))}</TargetBucket>"
        f"<TargetPrefix>{escape(logging.get('LogFilePrefix', ''))}</TargetPrefix>"
        "</LoggingEnabled></BucketLoggingStatus>"
    )


def _refuse_with_objects(bucket: str, _: Properties) -> None:
    """The service's own deletion, which refuses a bucket that is not empty and removes its files."""
    from ministack.services import s3

    if bucket in s3._buckets:
        status, _headers, _body = s3._delete_bucket(bucket)
        if status == 409:
            raise ValueError(
                "The bucket you tried to delete is not empty (Service: S3, Status Code: 409, "
                f"Bucket: {bucket}). Empty it first."
            )
