"""What happens to the systems' data when their stacks go, and are they encrypted?"""

from __future__ import annotations

from pkgops.build.synth import resources
from tests.templates.conftest import Case

# Documented to lose their data with their stack everywhere but in production.
DISPOSABLE = {"always_coder", "kefir", "keyvex", "stream_sales"}
# Besides production, a stage whose data stay, by system.
KEPT = {("stream_sales", "staging")}


def test_data_outlives_its_stack_on_every_stage(case: Case) -> None:
    """The artifact bucket goes: what it holds can be built again. So does what is documented to."""
    kept = case.stage.production or (case.stack.system, case.stage.name) in KEPT
    disposable = case.stack.system in DISPOSABLE and not kept
    policy = "Delete" if disposable or case.stack.system == "bootstrap" else "Retain"
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool")
    for title, resource in resources(case.template, *kinds):
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == policy, title


def test_encryption_is_written_down_even_where_it_is_the_default(case: Case) -> None:
    for title, bucket in resources(case.template, "AWS::S3::Bucket"):
        assert bucket["Properties"]["BucketEncryption"], title
    for title, queue in resources(case.template, "AWS::SQS::Queue"):
        assert queue["Properties"]["SqsManagedSseEnabled"] is True, title


def test_every_alarm_of_the_systems_notifies(case: Case) -> None:
    for title, alarm in resources(case.template, "AWS::CloudWatch::Alarm"):
        assert alarm["Properties"]["AlarmActions"], title
