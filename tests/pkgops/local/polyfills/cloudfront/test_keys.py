"""Contract: public keys and groups of them are made, changed and deleted by stacks."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

pytestmark = pytest.mark.emulator


def test_a_group_has_its_keys(deploy, unique, aws):
    key = rsa.generate_private_key(65537, 2048).public_key()
    text = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    config = {"CallerReference": unique("key"), "Name": unique("key"), "EncodedKey": text, "Comment": "one"}
    group = {"Name": unique("group"), "Items": [{"Ref": "Key"}]}
    resources = {
        "Key": {"Type": "AWS::CloudFront::PublicKey", "Properties": {"PublicKeyConfig": config}},
        "Group": {"Type": "AWS::CloudFront::KeyGroup", "Properties": {"KeyGroupConfig": group}},
    }
    outputs = {"Made": {"Value": {"Fn::GetAtt": ["Key", "CreatedTime"]}}}
    stack = deploy({"Resources": resources, "Outputs": outputs})
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    assert stack.outputs["Made"]
    found = aws("cloudfront").get_key_group(Id=stack.physical("Group"))["KeyGroup"]["KeyGroupConfig"]
    assert found["Items"] == [stack.physical("Key")]
    config["Comment"] = "two"
    id = stack.physical("Key")
    assert stack.update({"Resources": resources}).physical("Key") == id
    changed = aws("cloudfront").get_public_key(Id=id)["PublicKey"]["PublicKeyConfig"]
    assert (changed["Comment"], changed["EncodedKey"]) == ("two", text)
    stack.delete()
    with pytest.raises(aws("cloudfront").exceptions.NoSuchPublicKey):
        aws("cloudfront").get_public_key(Id=id)
