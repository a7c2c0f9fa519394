"""S3 buckets: private, encrypted, reached over TLS only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from awacs.aws import Action as IamAction
from awacs.aws import Bool, Condition, Deny, PolicyDocument, Principal, Statement
from troposphere import GetAtt, Ref, Sub, s3

from pkgops.kit.links import LinkedBucket
from pkgops.kit.naming import logical_id
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class BucketCors:
    """Pages of ``origins`` may use these ``methods``; preflight responses are cached for ``max_age`` seconds."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    expose: tuple[str, ...] = ()
    headers: tuple[str, ...] = ("*",)
    max_age: int = 3000


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket called ``<name>-<account id>`` (names are global), followed by the region if ``regional``. It is kept
    when its stack is deleted, unless ``retained`` is off.

    ``expire``, ``expire_noncurrent`` and ``abort_uploads`` are days, 0 for never; ``moves`` are (days, storage class)
    for objects of that age; ``expire_rule``, ``noncurrent_rule``, ``abort_rule`` and ``move_rule`` are the documented
    names of those rules, which are there but disabled with ``lifecycle`` off. ``public`` turns the public-access block
    off and needs a statement that says what is public. A ``website`` answers over HTTP alone, so objects whose keys
    match ``over_http`` may be read without TLS; everything else needs it. ``logs_to`` is (bucket, prefix) for server
    access logs.
    """

    name: str
    versioned: bool = False
    expire: int = 0
    expire_noncurrent: int = 0
    abort_uploads: int = 0
    public: bool = False
    website: str = ""
    over_http: str = ""
    logs_to: tuple[Any, str] | None = None
    regional: bool = False
    retained: bool = True
    cors: BucketCors | None = None
    expire_rule: str = "Expire"
    abort_rule: str = "AbortUploads"
    noncurrent_rule: str = "ExpireNoncurrent"
    moves: tuple[tuple[int, str], ...] = ()
    move_rule: str = "Move"
    lifecycle: bool = True


def bucket_name(scope: Scope, name: str, regional: bool = False) -> str:
    """A bucket's name, with placeholders for ``Fn::Sub`` if the stage does not name its account.

    CloudFormation imports a retained bucket automatically only under a literal name."""
    place = f"-{scope.stage.account or '${AWS::AccountId}'}" + (f"-{scope.stage.region}" if regional else "")
    return scope.named(name + place)


def bucket(scope: Scope, row: Bucket, name: str = "", statements: tuple[Statement, ...] = ()) -> LinkedBucket:
    """Adds the bucket and its policy, and returns the bucket: encrypted, owned by its account alone, reached
    over TLS only. ``statements`` extend the policy; ``name`` overrides the
    derived physical name."""
    bucket_id = logical_id(scope, row.name, "Bucket")
    made: LinkedBucket = scope.add(
        LinkedBucket(
            bucket_id,
            BucketName=literal(name or bucket_name(scope, row.name, row.regional)),
            BucketEncryption=s3.BucketEncryption(
                ServerSideEncryptionConfiguration=[
                    s3.ServerSideEncryptionRule(
                        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
                    )
                ]
            ),
            OwnershipControls=s3.OwnershipControls(
                Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
            ),
            PublicAccessBlockConfiguration=_public_access(not row.public),
            DeletionPolicy="Retain" if row.retained else "Delete",
            UpdateReplacePolicy="Retain" if row.retained else "Delete",
            **_optional(row),
        )
    )
    document = PolicyDocument(Version="2012-10-17", Statement=[*_tls_only(made, row.over_http), *statements])
    scope.add(s3.BucketPolicy(f"{bucket_id}Policy", Bucket=Ref(made), PolicyDocument=document))
    return made


def literal(name: str) -> Any:
    """The name, as ``Fn::Sub`` if it has a placeholder."""
    return Sub(name) if "${" in name else name


def _optional(row: Bucket) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if row.versioned:
        extra["VersioningConfiguration"] = s3.VersioningConfiguration(Status="Enabled")
    if rules := _lifecycle(row):
        extra["LifecycleConfiguration"] = s3.LifecycleConfiguration(Rules=rules)
    if row.cors:
        extra["CorsConfiguration"] = s3.CorsConfiguration(CorsRules=[_cors(row.cors)])
    if row.website:
        extra["WebsiteConfiguration"] = s3.WebsiteConfiguration(IndexDocument=row.website)
    if row.logs_to:
        target, prefix = row.logs_to
        extra["LoggingConfiguration"] = s3.LoggingConfiguration(DestinationBucketName=Ref(target), LogFilePrefix=prefix)
        # S3 delivers logs only once the target's policy allows it.
        extra["DependsOn"] = [f"{target.title}Policy"]
    return extra


def _cors(row: BucketCors) -> Any:
    return s3.CorsRules(
        AllowedOrigins=list(row.origins),
        AllowedMethods=list(row.methods),
        AllowedHeaders=list(row.headers),
        ExposedHeaders=list(row.expose),
        MaxAge=row.max_age,
    )


def _lifecycle(row: Bucket) -> list[Any]:
    rules, status = [], "Enabled" if row.lifecycle else "Disabled"
    if row.expire:
        rules.append(s3.LifecycleRule(Id=row.expire_rule, Status=status, ExpirationInDays=row.expire))
    if row.expire_noncurrent:
        noncurrent = s3.NoncurrentVersionExpiration(NoncurrentDays=row.expire_noncurrent)
        rules.append(s3.LifecycleRule(Id=row.noncurrent_rule, Status=status, NoncurrentVersionExpiration=noncurrent))
    if row.abort_uploads:
        abort = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=row.abort_uploads)
        rules.append(s3.LifecycleRule(Id=row.abort_rule, Status=status, AbortIncompleteMultipartUpload=abort))
    if row.moves:
        moves = [s3.LifecycleRuleTransition(TransitionInDays=days, StorageClass=kind) for days, kind in row.moves]
        rules.append(s3.LifecycleRule(Id=row.move_rule, Status=status, Transitions=moves))
    return rules


def _public_access(blocked: bool) -> Any:
    return s3.PublicAccessBlockConfiguration(
        BlockPublicAcls=blocked,
        BlockPublicPolicy=blocked,
        IgnorePublicAcls=blocked,
        RestrictPublicBuckets=blocked,
    )


def _tls_only(made: Any, over_http: str) -> list[Statement]:
    objects = Sub(f"${{{made.title}.Arn}}/{over_http or '*'}")
    every = [IamAction("s3", "*")]
    if not over_http:
        return [_denied("TlsOnly", Action=every, Resource=[GetAtt(made, "Arn"), objects])]
    return [
        _denied("TlsOnly", Action=every, NotResource=[objects]),
        _denied("TlsOnlyButReading", NotAction=[IamAction("s3", "GetObject")], Resource=[objects]),
    ]


def _denied(sid: str, **on_what: Any) -> Statement:
    """Refuses everybody what comes without TLS."""
    without = Condition(Bool("aws:SecureTransport", "false"))
    return Statement(Sid=sid, Effect=Deny, Principal=Principal("*"), Condition=without, **on_what)
