"""The storage stack: PkgWatch's tables with their backups, and its buckets."""

from __future__ import annotations

from awacs import s3 as s3_actions
from awacs.aws import Allow, ArnLike, Condition, Principal, Statement, StringEquals
from troposphere import GetAtt, Ref, Sub

from pkgops.kit.backup import Backup, backups
from pkgops.kit.bucket import Bucket, bucket, bucket_name
from pkgops.kit.table import KEYS_ONLY, Index, Table, table
from pkgops.scope import Scope

PACKAGES = Table(
    "pkgwatch-packages",
    stream="NEW_AND_OLD_IMAGES",
    indexes=(
        Index("risk-level-index", "risk_level", "last_updated"),
        Index("tier-index", "tier:N", "last_updated", KEYS_ONLY),
        # What the retry dispatcher filters on and sends on; without them it would read every item again.
        Index(
            "data-status-index",
            "data_status",
            "next_retry_at",
            ("retry_count", "retry_dispatched_at", "missing_sources", "tier"),
        ),
        Index("downloads-index", "ecosystem", "weekly_downloads:N", ("name", "health_score", "risk_level")),
    ),
)
API_KEYS = Table(
    "pkgwatch-api-keys",
    ttl="ttl",
    indexes=(
        Index("key-hash-index", "key_hash"),
        Index("email-index", "email"),
        Index("verification-token-index", "verification_token", projection=KEYS_ONLY),
        Index("stripe-customer-index", "stripe_customer_id"),
        Index("magic-token-index", "magic_token", projection=KEYS_ONLY),
        Index("referral-code-index", "referral_code", projection=("email",)),
        Index("recovery-session-index", "recovery_session_id"),
        Index(
            "recovery-token-index",
            "recovery_token",
            projection=("email", "ttl", "verified", "recovery_method", "email_change_initiated"),
        ),
        Index(
            "change-token-index",
            "change_token",
            projection=("old_email", "new_email", "ttl", "recovery_session_sk"),
        ),
    ),
)
BILLING_EVENTS = Table(
    "pkgwatch-billing-events", ttl="ttl", indexes=(Index("customer-index", "customer_id", "processed_at"),)
)
REFERRAL_EVENTS = Table(
    "pkgwatch-referral-events",
    ttl="ttl",
    indexes=(Index("retention-due-index", "needs_retention_check", "retention_check_date"),),
)
TABLES = {
    "PackagesTable": PACKAGES,
    "ApiKeysTable": API_KEYS,
    "BillingEventsTable": BILLING_EVENTS,
    "ReferralEventsTable": REFERRAL_EVENTS,
}

ACCESS_LOGS = Bucket("pkgwatch-access-logs", expire=90)
RAW_DATA_LOGS = "raw-data-bucket/"
PUBLISHED = "data/*"  # anyone may read it, from the website too, which has no TLS
PUBLIC_DATA = Bucket(
    "pkgwatch-public-data",
    versioned=True,
    expire_noncurrent=30,
    public=True,
    website="index.html",
    over_http=PUBLISHED,
)
BACKUP = Backup(
    vault="pkgwatch-backup-vault",
    plan="pkgwatch-daily-backup",
    rule="DailyBackup",
    schedule="cron(0 5 * * ? *)",
    start_within=60,
    complete_within=120,
    keep_days=35,
)


def build(scope: Scope) -> None:
    """Tables with their backups, and the buckets."""
    made = {output: table(scope, row) for output, row in TABLES.items()}
    for output, resource in made.items():
        scope.output(f"{output}Name", Ref(resource), f"PkgWatch{output}")
    scope.output(
        "PackagesTableStreamArn",
        GetAtt(made["PackagesTable"], "StreamArn"),
        description="What the score calculator listens to",
    )
    backups(scope, BACKUP, [GetAtt(resource, "Arn") for resource in made.values()])
    _buckets(scope)


def _buckets(scope: Scope) -> None:
    logs = bucket(scope, ACCESS_LOGS, statements=(_log_delivery(scope),))
    raw = bucket(
        scope,
        Bucket("pkgwatch-raw-data", versioned=True, expire=7, expire_noncurrent=7, logs_to=(logs, RAW_DATA_LOGS)),
    )
    public = bucket(scope, PUBLIC_DATA, statements=(_public_read(scope),))
    scope.accept("P401", public, reason="the documents publish the data in it")
    scope.accept("P106", f"{public.title}Policy", reason="anyone may read what is below data/, and nothing else")
    scope.output("RawDataBucketName", Ref(raw), "PkgWatchRawDataBucket")
    scope.output("PublicDataBucketName", Ref(public), "PkgWatchPublicDataBucket")


def _log_delivery(scope: Scope) -> Statement:
    """The raw bucket is named, not referenced: it waits for this policy, so the policy cannot wait for it."""
    logs = bucket_name(scope, ACCESS_LOGS.name)
    raw = bucket_name(scope, "pkgwatch-raw-data")
    return Statement(
        Sid="AccessLogs",
        Effect=Allow,
        Principal=Principal("Service", ["logging.s3.amazonaws.com"]),
        Action=[s3_actions.PutObject],
        Resource=[Sub(f"arn:${{AWS::Partition}}:s3:::{logs}/{RAW_DATA_LOGS}*")],
        Condition=Condition(
            [
                ArnLike("aws:SourceArn", Sub(f"arn:${{AWS::Partition}}:s3:::{raw}")),
                StringEquals("aws:SourceAccount", Ref("AWS::AccountId")),
            ]
        ),
    )


def _public_read(scope: Scope) -> Statement:
    name = bucket_name(scope, PUBLIC_DATA.name)
    return Statement(
        Sid="PublicData",
        Effect=Allow,
        Principal=Principal("*"),
        Action=[s3_actions.GetObject],
        Resource=[Sub(f"arn:${{AWS::Partition}}:s3:::{name}/{PUBLISHED}")],
    )
