"""Does another CloudFormation than our emulator's deploy what we deploy in production?

moto's shares no code with it, and lacks many types: `left_out.json` lists what each template had to do without, so that
a new version of the engine, or a new type of ours, is seen.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.second_engine.conftest import GROUPS, Engine, production
from tests.second_engine.reduction import Known, Reduction
from tests.templates.conftest import Case, built

pytestmark = pytest.mark.second_engine
LIST = Path(__file__).with_name("left_out.json")
CODE = {"S3Bucket": "code", "S3Key": "code.zip"}


@pytest.fixture
def empty(engine: Engine) -> Engine:
    """The engine with nothing but the code of every function."""
    assert engine.reset()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): ...")
    storage = engine.client("s3")
    storage.create_bucket(Bucket=CODE["S3Bucket"])
    storage.put_object(Bucket=CODE["S3Bucket"], Key=CODE["S3Key"], Body=packed.getvalue())
    return engine


def create(cloudformation: Any, case: Case, template: dict[str, Any], outputs: dict[str, str]) -> dict[str, str]:
    """Creates a stack, its parameters filled from the outputs of the others; its own outputs."""
    name = case.stack.name
    filled = [{"ParameterKey": key, "ParameterValue": outputs[source]} for key, source in case.stack.inputs.items()]
    cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps(template), Parameters=filled, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", f"{case.id}: {stack.get('StackStatusReason')}"
    return {f"{case.stack.key}.{row['OutputKey']}": row["OutputValue"] for row in stack.get("Outputs", [])}


@pytest.mark.parametrize("group", GROUPS, ids="-".join)
def test_what_it_can_it_deploys(empty: Engine, known: Known, group: tuple[str, str]) -> None:
    cloudformation, outputs = empty.client("cloudformation"), dict[str, str]()
    for case in built(*group):
        template = Reduction(case.template, known, CODE).template
        missing = set(case.stack.inputs.values()) - outputs.keys()
        assert not missing, f"{case.id} uses what no stack before it returns: {missing}"
        if not template["Resources"]:  # nothing of it is known
            outputs |= {f"{case.stack.key}.{key}": "left-out" for key in template["Outputs"]}
            continue
        outputs |= create(cloudformation, case, template, outputs)
        rows = cloudformation.get_paginator("list_stack_resources").paginate(StackName=case.stack.name)
        there = {row["LogicalResourceId"] for page in rows for row in page["StackResourceSummaries"]}
        assert there == set(template["Resources"])
        assert {f"{case.stack.key}.{key}" for key in template["Outputs"]} <= outputs.keys()


def test_what_is_left_out_is_listed(known: Known, request: pytest.FixtureRequest) -> None:
    found = {case.id: sorted(Reduction(case.template, known, CODE).left_out) for case in production()}
    text = json.dumps(found, indent=2, sort_keys=True) + "\n"
    if request.config.getoption("--update-golden"):
        LIST.write_text(text, encoding="utf-8")
    assert LIST.read_text(encoding="utf-8") == text, "another engine, or other templates: --update-golden"
