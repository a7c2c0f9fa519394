"""Remembering changes no verdict, and a policy that has changed is another one at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import astuple
from importlib.util import module_from_spec, spec_from_file_location
from itertools import product
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ministack.core import iam_evaluator

from pkgops.local.polyfills.iam.remembered_policies import remember
from tests.emulator import ACCOUNT, REGION
from tests.pkgops.local.server.asking import code, signing

PARTS = st.sampled_from(["s3", "S3", ":", "Get*", "GetObject", "getobject", "*", "?", "arn:aws:s3:::b/", "k", "K", "."])
TEXTS = st.lists(PARTS, max_size=5).map("".join)
LISTS = st.one_of(TEXTS, st.lists(TEXTS, max_size=3))
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "StringLike", "ArnNotLike", "ForAnyValue:StringLike", "Null", "Bool"]),
    st.dictionaries(st.sampled_from(["aws:SourceIp", "aws:PrincipalArn", "s3:prefix"]), LISTS, max_size=2),
    max_size=2,
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny", "Perhaps"]), "Condition": CONDITIONS},
    optional={"Action": LISTS, "NotAction": LISTS, "Resource": LISTS, "NotResource": LISTS, "Sid": TEXTS},
)
POLICIES = st.one_of(
    st.lists(STATEMENTS, max_size=4).map(lambda given: json.dumps({"Statement": given})),
    st.sampled_from(["", "{", "[]", "null", '{"Statement": 3}', '{"Statement": [3]}']),
)


@pytest.fixture(scope="module")
def remembering() -> Iterator[ModuleType]:
    """A second copy of the emulator's evaluation, which remembers."""
    spec = spec_from_file_location("remembering_iam_evaluator", iam_evaluator.__file__)
    assert spec
    assert spec.loader
    copy = module_from_spec(spec)
    sys.modules[spec.name] = copy  # where its dataclasses look themselves up
    spec.loader.exec_module(copy)
    remember(copy)
    yield copy
    del sys.modules[spec.name]


def verdict(evaluator: Any, action: str, resource: str, policies: list[str]) -> tuple[Any, ...]:
    context = evaluator.EvalContext(f"arn:aws:iam::{ACCOUNT}:role/r", "AssumedRole", ACCOUNT, action, resource, REGION)
    read = [evaluator.parse_policy_document(one) for one in policies]
    found = astuple(evaluator.evaluate(context, read[:2], *([read[2:]] if read[2:] else [])))
    for statements in read:
        statements.clear()  # it is the caller's
    return found


@given(st.lists(POLICIES, max_size=3), st.lists(TEXTS, min_size=1, max_size=3), st.lists(TEXTS, min_size=1, max_size=3))
def test_verdicts_are_the_emulators_own(remembering, policies, actions, resources):
    """Whether what they are made of has been asked for before or not. The third policy is a limit."""
    for action, resource in product(actions * 2, resources):
        plain = verdict(iam_evaluator, action, resource, policies)
        assert verdict(remembering, action, resource, policies) == plain


@pytest.mark.emulator
def test_a_policy_that_is_changed_counts_for_the_next_request(aws, emulator, unique):
    name, sts = unique("role"), aws("sts")
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    arn = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    session = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    queues = signing(emulator, "sqs", *session)

    def allow(effect: str) -> None:
        document = {"Statement": [{"Effect": effect, "Action": "sqs:ListQueues", "Resource": "*"}]}
        aws("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))

    for _ in range(2):
        allow("Allow")
        assert queues.list_queues()
        allow("Deny")
        assert code(queues.list_queues) in ("AccessDenied", "AccessDeniedException")
    aws("iam").delete_role_policy(RoleName=name, PolicyName="p")
    assert code(queues.list_queues) in ("AccessDenied", "AccessDeniedException")
