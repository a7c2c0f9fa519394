"""The floor of a deployment: the same API calls with bare boto3, one after the other.

``deploy.py JOB``, where JOB is a JSON file: ``bucket``, ``artifacts`` ([key, file]), and ``stacks`` in order, each with
``name``, ``template`` (text), ``type`` (CREATE or UPDATE), ``inputs`` (parameter -> [stack name, output], or null for
its previous value) and ``early`` (true if it is deployed before the artifacts, because it makes the bucket).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import boto3

INLINE = 51_200
PAUSE = 0.01

job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
cloudformation = boto3.client("cloudformation")
s3 = boto3.client("s3")
outputs: dict[str, dict[str, str]] = {}


def parameter(key, source):
    if source is None:
        return {"ParameterKey": key, "UsePreviousValue": True}
    stack, output = source
    return {"ParameterKey": key, "ParameterValue": outputs[stack][output]}


def deploy(stack):
    template = stack["template"]
    body = {"TemplateBody": template}
    if len(template.encode()) > INLINE:
        key = f"templates/{stack['name']}.json"
        s3.put_object(Bucket=job["bucket"], Key=key, Body=template.encode())
        body = {"TemplateURL": f"{s3.meta.endpoint_url}/{job['bucket']}/{key}"}
    change_set = cloudformation.create_change_set(
        StackName=stack["name"],
        ChangeSetName=f"floor-{time.time_ns()}",
        ChangeSetType=stack["type"],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        Parameters=[parameter(key, source) for key, source in stack["inputs"].items()],
        **body,
    )["Id"]
    while True:
        made = cloudformation.describe_change_set(ChangeSetName=change_set)
        if made["Status"] == "CREATE_COMPLETE":
            break
        if made["Status"] == "FAILED":
            sys.exit(made["StatusReason"])
        time.sleep(PAUSE)
    cloudformation.execute_change_set(ChangeSetName=change_set)
    while True:
        (state,) = cloudformation.describe_stacks(StackName=stack["name"])["Stacks"]
        if state["StackStatus"] == f"{stack['type']}_COMPLETE":
            break
        if "ROLLBACK" in state["StackStatus"] or "FAILED" in state["StackStatus"]:
            sys.exit(state["StackStatus"])
        time.sleep(PAUSE)
    outputs[stack["name"]] = {row["OutputKey"]: row["OutputValue"] for row in state.get("Outputs", [])}
    sys.stdout.write(f"{stack['name']} {state['StackStatus']}\n")


for early in (True, False):
    for stack in job["stacks"]:
        if stack["early"] is early:
            deploy(stack)
    if early:
        for key, path in job["artifacts"]:
            s3.put_object(Bucket=job["bucket"], Key=key, Body=Path(path).read_bytes())
