"""Contract: a secret attached to a database names the database, until it is attached no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.pkgops.local.conftest import Stack

pytestmark = pytest.mark.emulator


def test_an_attached_secret_names_its_instance(
    deploy: Callable[..., Stack], unique: Callable[[str], str], aws: Callable[[str], Any]
) -> None:
    name = unique("mysql")
    login = {"username": "root", "password": "x"}
    instance = {"DBInstanceIdentifier": name, "Engine": "mysql", "DBName": "shop", "DBInstanceClass": "db.t4g.micro"}
    target = {"SecretId": {"Ref": "Secret"}, "TargetId": {"Ref": "Db"}, "TargetType": "AWS::RDS::DBInstance"}
    template: dict[str, Any] = {
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": f"{name}/db", "SecretString": json.dumps(login)},
        },
        "Db": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": instance},
        "Attachment": {"Type": "AWS::SecretsManager::SecretTargetAttachment", "Properties": target},
    }
    stack = deploy(template)
    assert stack.status == "CREATE_COMPLETE", stack.reasons

    def value() -> dict[str, Any]:
        return dict(json.loads(aws("secretsmanager").get_secret_value(SecretId=f"{name}/db")["SecretString"]))

    attached = value()
    assert attached["dbInstanceIdentifier"] == name
    assert (attached["engine"], attached["dbname"], attached["port"]) == ("mysql", "shop", 3306)
    del template["Attachment"]
    assert stack.update({"Resources": template}).status == "UPDATE_COMPLETE", stack.reasons
    assert value() == login
