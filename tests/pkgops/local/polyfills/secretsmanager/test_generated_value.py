"""Contract: generated secrets keep to what the template says of them."""

from __future__ import annotations

import json
import string

import pytest

pytestmark = pytest.mark.emulator


@pytest.fixture
def generated(deploy, aws, unique):
    """``generated(rules)``: the value of a secret with these rules."""

    def create(rules):
        name = unique("generated")
        stack = deploy(
            {
                "Secret": {
                    "Type": "AWS::SecretsManager::Secret",
                    "Properties": {"Name": name, "GenerateSecretString": rules},
                }
            }
        )
        assert stack.status == "CREATE_COMPLETE", stack.reasons
        return aws("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

    return create


def test_without_rules_it_has_32_characters_of_every_kind(generated):
    value = generated({})
    assert len(value) == 32
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
        assert set(value) & set(kind)


def test_kinds_and_characters_are_left_out(generated):
    value = generated(
        {"ExcludePunctuation": True, "ExcludeUppercase": "true", "ExcludeCharacters": "abc123", "PasswordLength": 64}
    )
    assert len(value) == 64
    assert set(value) <= set(string.ascii_lowercase + string.digits) - set("abc123")


def test_a_template_has_it_under_its_key(generated):
    rules = {"SecretStringTemplate": '{"user": "ada"}', "GenerateStringKey": "password", "ExcludeNumbers": True}
    value = json.loads(generated(rules))
    assert value["user"] == "ada"
    assert len(value["password"]) == 32
    assert not set(value["password"]) & set(string.digits)
