"""Does somebody who may do exactly what `pkgops doctor --policy` prints get through a system's whole life?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from tests.e2e.conftest import Deployed, NewProject
from tests.emulator import client

pytestmark = pytest.mark.e2e

Printed = Callable[[str], list[dict[str, Any]]]


@dataclass
class Deployer:
    """An IAM user of the emulator, whose profile stage local uses."""

    project: Deployed
    name: str

    def pkgops(self, *arguments: str, ok: bool = True, **environment: str) -> Any:
        """The command with the user's keys."""
        stages = self.project.root / "stages.toml"
        root = stages.read_text(encoding="utf-8")
        stages.write_text(root.replace("[local]\n", f'[local]\nprofile = "{self.name}"\n', 1), encoding="utf-8")
        keys = {"AWS_SHARED_CREDENTIALS_FILE": str(self.project.root / "credentials")}
        try:
            return self.project.pkgops(*arguments, ok=ok, **keys, **environment)
        finally:
            stages.write_text(root, encoding="utf-8")


@pytest.fixture(scope="module")
def project(new_project: NewProject) -> Iterator[Deployed]:
    """An emulator nobody has deployed to."""
    made = new_project("pkgwatch", "kefir", "stream_sales")
    made.pkgops("local", "up")
    yield made
    made.pkgops("local", "down", ok=False)


@pytest.fixture(scope="module")
def printed(project: Deployed) -> Printed:
    """``printed("kefir")``: the documents that `pkgops doctor --policy` prints."""

    @cache
    def documents(system: str) -> list[dict[str, Any]]:
        found = json.loads(project.pkgops("doctor", "--policy", "--system", system).stdout)
        return [one["Document"] for one in found] if isinstance(found, list) else [found]

    return documents


def without(documents: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    """The documents less one action; it must have been there."""
    left = json.loads(json.dumps(documents))
    statements = [statement for document in left for statement in document["Statement"]]
    assert any(action in statement["Action"] for statement in statements)
    for document in left:
        for statement in document["Statement"]:
            statement["Action"] = [one for one in statement["Action"] if one != action]
        document["Statement"] = [statement for statement in document["Statement"] if statement["Action"]]
    return left


def deployer(project: Deployed, name: str, documents: list[dict[str, Any]]) -> Deployer:
    """A user with managed policies of those documents and nothing else."""
    iam = client(project.emulator, "iam")
    iam.create_user(UserName=name)
    for number, document in enumerate(documents):
        made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=json.dumps(document))
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    with (project.root / "credentials").open("a", encoding="utf-8") as file:
        file.write(f"[{name}]\naws_access_key_id = {key['AccessKeyId']}\n")
        file.write(f"aws_secret_access_key = {key['SecretAccessKey']}\n")
    return Deployer(project, name)


def test_kefir_lives_by_its_policy_and_by_nothing_less(project: Deployed, printed: Printed) -> None:
    documents = printed("kefir")
    caller = deployer(project, "nobody", without(documents, "cloudformation:CreateChangeSet"))
    refused = caller.pkgops("deploy", "kefir", "--yes", ok=False)
    assert refused.returncode == 4, refused.stderr
    assert "user/nobody is not authorized to perform: cloudformation:CreateChangeSet" in refused.stderr

    half = deployer(project, "half", without(documents, "dynamodb:CreateTable"))
    failed = half.pkgops("deploy", "kefir", "--yes", ok=False)
    assert failed.returncode == 5, failed.stderr
    assert "AppTable" in failed.stderr
    assert (
        "user/half is not authorized to perform: dynamodb:CreateTable on resource: arn:aws:dynamodb:" in failed.stderr
    )
    assert "ROLLBACK_COMPLETE" in failed.stderr

    whole = deployer(project, "kefir", documents)
    whole.pkgops("deploy", "kefir", "--yes")
    whole.pkgops("outputs", "ApiUrl", "--system", "kefir")
    whole.pkgops("seed-dev", "kefir")
    assert "CREATE_COMPLETE" in whole.pkgops("status", "kefir").stdout
    whole.pkgops("deploy", "kefir", "--yes", PRESIGN_TTL_SECONDS="60")
    assert "UPDATE_COMPLETE" in whole.pkgops("status", "kefir").stdout
    whole.pkgops("invoke", "reminder-processor", "--system", "kefir")
    whole.pkgops("tail-logs", "reminder-processor", "--system", "kefir", "--since", "10m")
    whole.pkgops("secrets", "ls", "--system", "kefir")
    whole.pkgops("gc", "--dry-run", "--system", "kefir")
    whole.pkgops("destroy", "kefir", "--yes")
    assert client(project.emulator, "cloudformation").describe_stacks()["Stacks"] == []


def test_pkgwatch_lives_by_its_policy_and_kefirs_deployer_cannot_touch_it(project: Deployed, printed: Printed) -> None:
    caller = deployer(project, "pkgwatch", printed("pkgwatch"))
    caller.pkgops("deploy", "--yes")
    caller.pkgops("outputs", "ApiUrl")
    caller.pkgops("seed-dev")
    assert caller.pkgops("status").stdout.count("CREATE_COMPLETE") == 4
    caller.pkgops("queues")
    other = deployer(project, "other", printed("kefir"))
    for arguments in (("destroy", "--yes"), ("invoke", "health"), ("tail-logs", "health")):
        refused = other.pkgops(*arguments, ok=False)
        assert refused.returncode != 0, arguments
        assert "user/other is not authorized" in refused.stderr, refused.stderr
    caller.pkgops("destroy", "--yes")
    assert client(project.emulator, "cloudformation").describe_stacks()["Stacks"] == []


def test_stream_sales_deployer_makes_a_network_and_frees_a_database(project: Deployed) -> None:
    settings = {"DELETION_PROTECTION": "true", "ALARM_EMAIL": "ops@example.com", "SECRETS_ENDPOINT": "true"}
    shown = json.loads(project.pkgops("doctor", "--policy", "--system", "stream_sales", **settings).stdout)
    documents = [one["Document"] for one in shown]
    half = deployer(project, "half-sales", without(documents, "rds:ModifyDBCluster"))
    whole = deployer(project, "stream-sales", documents)
    whole.pkgops("deploy", "stream_sales", "--yes", **settings)
    assert "CREATE_COMPLETE" in whole.pkgops("status", "stream_sales", **settings).stdout
    whole.pkgops("secrets", "ls", "stream_sales")
    refused = half.pkgops("destroy", "stream_sales", "--yes", "--disable-protection", ok=False)
    assert refused.returncode != 0
    assert "user/half-sales is not authorized to perform: rds:ModifyDBCluster" in refused.stderr
    whole.pkgops("destroy", "stream_sales", "--yes", "--disable-protection")
    assert client(project.emulator, "cloudformation").describe_stacks()["Stacks"] == []
