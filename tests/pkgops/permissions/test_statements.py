"""Many needs in few statements, without more permissions."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from pkgops.permissions.need import Need, condition
from pkgops.permissions.statements import LIMIT, PatternScope, patterns, policy_documents, statements

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
DEV = PatternScope("dev")


def queues(*names):
    return [QUEUE + name for name in names]


def test_names_that_begin_and_end_alike_become_one_pattern():
    names = queues("shop-a-dev", "shop-b-dev", "shop-c-x-dev", "shop-d-dev")
    assert patterns(names, DEV) == (QUEUE + "shop-*-dev",)
    assert patterns(queues("shop-dev-a", "shop-dev-b", "shop-dev-c", "shop-dev-d"), DEV) == (QUEUE + "shop-dev-*",)
    made_up = [f"arn:aws:iam::1:role/Shop-dev-{name}Role-*" for name in "abcd"]
    assert patterns(made_up, DEV) == ("arn:aws:iam::1:role/Shop-dev-*",)


def test_a_few_names_stay_as_they_are():
    names = queues("shop-a-dev", "shop-b-dev", "shop-c-dev")
    assert patterns(names, DEV) == tuple(names)


def test_without_the_stage_in_the_names_there_is_no_pattern_unless_the_stage_is_alone():
    names = queues("shop-a", "shop-b", "shop-c", "shop-d")
    assert patterns(names, PatternScope("prod")) == tuple(names)
    assert patterns(names, PatternScope("prod", exclusive=True)) == (QUEUE + "shop-*",)


def test_a_pattern_holds_the_beginning_of_the_names_also_where_their_kind_has_a_hyphen():
    group = "arn:aws:logs:us-east-1:1:log-group:"
    names = [f"{group}/aws/lambda/kefir-{name}-dev" for name in "abcd"]
    apis = [f"{group}/aws/apigateway/kefir-{name}-dev" for name in "abcd"]
    made = patterns([*names, *apis], PatternScope("dev"))
    assert made == (f"{group}/aws/apigateway/kefir-*-dev", f"{group}/aws/lambda/kefir-*-dev")


def test_a_pattern_spares_what_is_kept():
    names = queues("shop-a-dev", "shop-b-dev", "shop-c-dev", "shop-d-dev")
    kept = frozenset(queues("shop-kept-dev"))
    assert patterns(names, PatternScope("dev", preserved=kept)) == tuple(names)
    assert patterns([*names, *kept], PatternScope("dev", preserved=kept)) == (QUEUE + "shop-*-dev",)


def test_conditions_keep_statements_apart():
    only = condition("StringEquals", "iam:PassedToService", ["lambda.amazonaws.com"])
    made = statements([Need("iam:PassRole", "arn:r", only), Need("iam:GetRole", "arn:r")], DEV)
    assert made == [
        {"Effect": "Allow", "Action": ["iam:GetRole"], "Resource": ["arn:r"]},
        {"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": ["arn:r"], "Condition": json.loads(only)},
    ]


actions = st.sampled_from([f"{service}:{verb}" for service in ("sqs", "s3") for verb in ("Get", "Put", "List")])
names = st.sampled_from([f"{QUEUE}q{number}" for number in range(8)] + ["*"])
some = st.sets(st.builds(Need, actions, names, st.sampled_from(["", condition("Bool", "k", ["true"])])), max_size=30)


@given(some)
def test_exactly_the_needs_are_allowed(needs):
    made = statements(needs, DEV)
    allowed = {
        Need(action, resource, json.dumps(one["Condition"]) if "Condition" in one else "")
        for one in made
        for action in one["Action"]
        for resource in one["Resource"]
    }
    assert allowed == needs
    assert made == statements(sorted(needs), DEV)


def test_what_is_too_long_for_one_document_becomes_several():
    names = [f"{QUEUE}some-queue-with-a-long-name-{number}" for number in range(300)]
    made = policy_documents(statements([Need("sqs:GetQueueUrl", name) for name in names], PatternScope("prod")))
    assert len(made) > 3
    assert all(len(re.sub(r"\s", "", json.dumps(document))) <= LIMIT for document in made)
    assert sorted(name for one in made for row in one["Statement"] for name in row["Resource"]) == sorted(names)
