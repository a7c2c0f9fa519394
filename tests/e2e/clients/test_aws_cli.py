"""The AWS CLI works on stage local with what ``pkgops local env`` prints."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.clients.conftest import BIN, Run
from tests.emulator import archive
from tests.pkgops.local.polyfills.resources import function, queue

pytestmark = pytest.mark.e2e
HANDLER = "def handler(event, context):\n    print('greeted', event['name'])\n    return {'hello': event['name']}\n"


@pytest.mark.skipif(not shutil.which("aws", path=str(BIN)), reason="the AWS CLI is not installed: pip install awscli")
def test_the_aws_cli(run: Run, workplace: Path) -> None:
    (workplace / "app.zip").write_bytes(archive({"index.py": HANDLER}))
    template = function(HANDLER)
    template["Resources"]["Queue"] = queue("from-the-cli")
    (workplace / "stack.json").write_text(json.dumps(template))
    assert json.loads(run("aws sts get-caller-identity"))["Account"] == "000000000000"
    run("aws s3 mb s3://from-the-cli && aws s3 cp app.zip s3://from-the-cli/code/app.zip")
    assert "code/app.zip" in run("aws s3 ls --recursive s3://from-the-cli")
    run('curl -sSf -o again.zip "$(aws s3 presign s3://from-the-cli/code/app.zip)"')
    assert (workplace / "again.zip").read_bytes() == (workplace / "app.zip").read_bytes()
    run("aws cloudformation deploy --stack-name from-the-cli --template-file stack.json --capabilities CAPABILITY_IAM")
    described = json.loads(run("aws cloudformation describe-stacks --stack-name from-the-cli"))["Stacks"][0]
    name = described["Outputs"][0]["OutputValue"]
    run(f"""aws lambda invoke --function-name {name} --payload '{{"name": "you"}}' out.json""")
    assert json.loads((workplace / "out.json").read_text()) == {"hello": "you"}
    lines = run(f"aws logs filter-log-events --log-group-name /aws/lambda/{name} --filter-pattern greeted")
    assert [event["message"] for event in json.loads(lines)["events"]] == ["greeted you"]
    run("aws cloudformation delete-stack --stack-name from-the-cli")
    run("aws cloudformation wait stack-delete-complete --stack-name from-the-cli")
