"""Links give a function exactly the statements of their use, and one variable each."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from troposphere import GetAtt, Ref, encode_to_dict

from pkgops.kit import grants, links
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.links import (
    ExistingBucket,
    ExistingQueue,
    ExistingTable,
    ExistingTopic,
    LinkedBucket,
    LinkedQueue,
    LinkedTable,
    LinkedTopic,
    Secret,
)
from pkgops.scope import Scope

TABLE, QUEUE, BUCKET, TOPIC = (
    LinkedTable("NotesTable"),
    LinkedQueue("JobsQueue"),
    LinkedBucket("PhotosBucket"),
    LinkedTopic("NewsTopic"),
)
EXISTING, SECRET = ExistingTable("orders", "ORDERS"), Secret("shop/api-key", "shop/api-key-dev")
NOTES, PHOTOS, JOBS = Ref("NotesTable"), Ref("PhotosBucket"), GetAtt("JobsQueue", "Arn")
USES = {
    "table read": (TABLE.read(), "NOTES_TABLE", [grants.table_read(NOTES)]),
    "table write": (TABLE.write(), "NOTES_TABLE", [grants.table_write(NOTES)]),
    "table read_write": (TABLE.read_write(), "NOTES_TABLE", [grants.table_read_write(NOTES)]),
    "table only": (TABLE.only("GetItem"), "NOTES_TABLE", [grants.table_operations(NOTES, "GetItem")]),
    "existing table": (EXISTING.read(), "ORDERS", [grants.table_read("orders")]),
    "queue send": (QUEUE.send(), "JOBS_QUEUE_URL", [grants.queue_send(JOBS)]),
    "queue consume": (QUEUE.consume(), "", [grants.queue_consume(JOBS)]),
    "bucket read": (BUCKET.read(), "PHOTOS_BUCKET", [grants.bucket_read(PHOTOS)]),
    "bucket write": (BUCKET.write("a/"), "PHOTOS_BUCKET", [grants.bucket_write(PHOTOS, "a/")]),
    "bucket read_write": (
        BUCKET.read_write(),
        "PHOTOS_BUCKET",
        [grants.bucket_read(PHOTOS), grants.bucket_write(PHOTOS)],
    ),
    "topic publish": (TOPIC.publish(), "NEWS_TOPIC_ARN", [grants.topic_publish(Ref("NewsTopic"))]),
    "bucket delete": (BUCKET.delete("a/"), "PHOTOS_BUCKET", [grants.bucket_delete(PHOTOS, "a/")]),
    "secret read": (SECRET.read(), "API_KEY_SECRET", [grants.secret_read("shop/api-key-dev")]),
}


@pytest.mark.parametrize("use", USES)
def test_a_use_is_its_statements_and_one_variable(use):
    link, variable, statements = USES[use]
    assert encode_to_dict(links.statements([link])) == encode_to_dict(statements)
    assert list(links.environment([link])) == ([variable] if variable else [])


@pytest.mark.parametrize(
    ("link", "value", "statement"),
    [
        (ExistingQueue("https://queue", "arn:q", "X").send(), "https://queue", grants.queue_send("arn:q")),
        (ExistingBucket("photos", "X").write("a/"), "photos", grants.bucket_write("photos", "a/")),
        (ExistingTopic("arn:t", "X").publish(), "arn:t", grants.topic_publish("arn:t")),
    ],
)
def test_what_is_not_of_the_stack_is_linked_under_a_variable_of_its_own(link, value, statement):
    assert links.environment([link]) == {"X": value}
    assert encode_to_dict(links.statements([link])) == encode_to_dict([statement])


def test_two_links_that_set_one_variable_to_different_values_are_refused():
    other = ExistingTable("bills", "ORDERS")
    with pytest.raises(ValueError, match=r"Two links set ORDERS.*\.named"):
        links.environment([EXISTING.read(), other.read()])
    assert links.environment([EXISTING.read(), other.read().named("BILLS")]) == {"ORDERS": "orders", "BILLS": "bills"}
    assert links.environment([EXISTING.read(), EXISTING.write()]) == {"ORDERS": "orders"}


def test_a_secret_is_one_that_the_system_declares(scope):
    """``pkgops secrets`` sets no other, so that the function would find nothing."""
    shop = Scope(replace(scope.system, secrets=("shop/api-key",)), scope.stage, scope.settings)
    assert links.secret(shop, "shop/api-key") == Secret("shop/api-key", "shop/api-key-dev")
    with pytest.raises(ValueError, match=r"Secret 'shop/token' is not declared"):
        links.secret(shop, "shop/token")


def test_a_named_link_is_the_same_use():
    assert encode_to_dict(TABLE.read().named("X").statements) == encode_to_dict(TABLE.read().statements)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_role_has_the_union_of_its_links_each_statement_once(scope, count):
    every = list(itertools.combinations_with_replacement(USES, count))
    for start in range(0, len(every), 100):  # a template holds 500 resources
        _require_union(Scope(scope.system, scope.stage, scope.settings), every[start : start + 100])


def _require_union(scope, chosen):
    rows = [Function(f"f{at}", links=tuple(USES[use][0] for use in uses)) for at, uses in enumerate(chosen)]
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    for at, uses in enumerate(chosen):
        role = scope.template.resources[f"F{at}Role"].to_dict()
        found = [repr(row) for row in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]][2:]
        assert len(found) == len(set(found))
        assert set(found) == {repr(encode_to_dict(row)) for use in uses for row in USES[use][2]}
