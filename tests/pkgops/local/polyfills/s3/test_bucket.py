"""Contract: what a template says about a bucket is applied."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def bucket(name, **properties):
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **properties}}


RULES = {
    "Rules": [
        {
            "Id": "expire",
            "Status": "Enabled",
            "ExpirationInDays": 7,
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        },
        {
            "Status": "Enabled",
            "Prefix": "old/",
            "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": "30"}],
        },
    ]
}


def test_lifecycle_tags_encryption_and_logging_are_applied(deploy, unique, aws):
    logs, name = unique("logs"), unique("data")
    template = {
        "Logs": bucket(logs),
        "Data": bucket(
            name,
            LifecycleConfiguration=RULES,
            Tags=[{"Key": "Project", "Value": "PkgWatch"}],
            BucketEncryption={
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/a&b"}}
                ]
            },
            LoggingConfiguration={"DestinationBucketName": logs, "LogFilePrefix": "data/"},
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        ),
    }
    assert deploy(template).status == "CREATE_COMPLETE"
    s3 = aws("s3")
    first, second = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert first["Expiration"] == {"Days": 7}
    assert first["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}
    assert first["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}
    assert second["Filter"] == {"Prefix": "old/"}
    assert second["Transitions"] == [{"Days": 30, "StorageClass": "GLACIER"}]
    assert {"Key": "Project", "Value": "PkgWatch"} in s3.get_bucket_tagging(Bucket=name)["TagSet"]
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "alias/a&b"
    assert s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]["TargetPrefix"] == "data/"
    controls = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
    assert controls["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced"


def test_the_stacks_tags_reach_the_bucket(deploy, unique, aws):
    name = unique("data")
    stack = deploy({"Data": bucket(name)})
    tags = {tag["Key"]: tag["Value"] for tag in aws("s3").get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags["aws:cloudformation:stack-name"] == stack.name


def test_dropping_the_lifecycle_removes_it(deploy, unique, aws):
    name = unique("data")
    stack = deploy({"Data": bucket(name, LifecycleConfiguration=RULES)})
    assert stack.update({"Resources": {"Data": bucket(name)}}).status == "UPDATE_COMPLETE"
    with pytest.raises(aws("s3").exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
        aws("s3").get_bucket_lifecycle_configuration(Bucket=name)


def test_a_bucket_with_objects_is_not_deleted(deploy, unique, aws):
    name = unique("data")
    stack = deploy({"Data": bucket(name)})
    aws("s3").put_object(Bucket=name, Key="kept", Body=b"x")
    assert stack.delete().status == "DELETE_FAILED"
    assert any("not empty" in reason for reason in stack.reasons)
    assert aws("s3").get_object(Bucket=name, Key="kept")["Body"].read() == b"x"
    aws("s3").delete_object(Bucket=name, Key="kept")
    assert stack.delete().status == "DELETE_COMPLETE"
    assert name not in [row["Name"] for row in aws("s3").list_buckets()["Buckets"]]
