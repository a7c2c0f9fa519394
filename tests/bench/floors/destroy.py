"""The floor of ``pkgops destroy``: the same deletions with bare boto3, one after the other, without asking what they
would delete. ``destroy.py JOB``: the job of ``deploy.py`` that made it all.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import boto3

job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
cloudformation, s3 = boto3.client("cloudformation"), boto3.client("s3")
early = [stack for stack in job["stacks"] if stack["early"]]


def delete(stack):
    cloudformation.delete_stack(StackName=stack["name"])
    while any(row["StackName"] == stack["name"] for row in cloudformation.describe_stacks()["Stacks"]):
        time.sleep(0.01)
    sys.stdout.write(f"{stack['name']} DELETE_COMPLETE\n")


for one in reversed([stack for stack in job["stacks"] if not stack["early"]]):
    delete(one)
while rows := s3.list_object_versions(Bucket=job["bucket"]).get("Versions"):
    keys = [{"Key": row["Key"], "VersionId": row["VersionId"]} for row in rows]
    s3.delete_objects(Bucket=job["bucket"], Delete={"Objects": keys, "Quiet": True})
for one in early:
    delete(one)
