"""Contract: all forms of an object's address lead to a template."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator
FORMS = (
    "https://{0}.s3.amazonaws.com/a/b.json",
    "https://{0}.s3.us-east-1.amazonaws.com/a/b.json",
    "https://{0}.s3-us-west-2.amazonaws.com/a/b.json",
    "https://s3.amazonaws.com/{0}/a/b.json",
    "https://s3.us-east-1.amazonaws.com/{0}/a/b.json",
)


def test_the_bucket_may_be_the_host(aws, unique):
    bucket = unique("templates")
    s3, service = aws("s3"), aws("cloudformation")
    s3.create_bucket(Bucket=bucket)
    template = {"Description": "Found", "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
    s3.put_object(Bucket=bucket, Key="a/b.json", Body=json.dumps(template))
    for form in FORMS:
        assert service.validate_template(TemplateURL=form.format(bucket))["Description"] == "Found", form
