"""The floor of ``pkgops diff``: one change set with bare boto3, read and deleted, and the deployed template.

``diff.py JOB``: a job as of ``deploy.py`` with one stack.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import boto3

job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
(stack,) = job["stacks"]
cloudformation, s3 = boto3.client("cloudformation"), boto3.client("s3")
key = f"templates/{stack['name']}.json"
s3.put_object(Bucket=job["bucket"], Key=key, Body=stack["template"].encode())
change_set = cloudformation.create_change_set(
    StackName=stack["name"],
    ChangeSetName=f"floor-{time.time_ns()}",
    ChangeSetType="UPDATE",
    Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    Parameters=[{"ParameterKey": name, "UsePreviousValue": True} for name in stack["inputs"]],
    TemplateURL=f"{s3.meta.endpoint_url}/{job['bucket']}/{key}",
)["Id"]
while (made := cloudformation.describe_change_set(ChangeSetName=change_set))["Status"] != "CREATE_COMPLETE":
    if made["Status"] == "FAILED":
        sys.exit(made["StatusReason"])
    time.sleep(0.01)
cloudformation.get_template(StackName=stack["name"], TemplateStage="Original")
cloudformation.delete_change_set(ChangeSetName=change_set)
for change in made["Changes"]:
    sys.stdout.write(f"{change['ResourceChange']['Action']} {change['ResourceChange']['LogicalResourceId']}\n")
