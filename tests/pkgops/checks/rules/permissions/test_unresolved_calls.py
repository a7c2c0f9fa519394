"""P103."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found
from tests.pkgops.checks.reader_function import reader

HEAD = "import boto3\ndef handler(event, context):\n    "


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("boto3.client(event['x']).anything()", "makes a client of a service whose name is computed"),
        ("getattr(boto3.client('s3'), event['x'])()", "calls an operation whose name is computed"),
        (
            "boto3.client('s3').get_paginator(event['x']).paginate()",
            "calls get_paginator with a name that is not known",
        ),
        ("boto3.client('s3').brand_new_operation()", "calls brand_new_operation of s3"),
        ("boto3.resource('ec2').Instance('i').start()", "calls start of a Instance"),
        ("exec(event['x'])", "calls exec, which may run anything"),
        (
            "boto3.client('dynamodb').transact_write_items(TransactItems=[event])",
            "with items that cannot be determined",
        ),
    ],
)
def test_a_place_that_hides_calls_is_named(tmp_path: Path, code: str, why: str) -> None:
    (one,) = found("P103", tmp_path, reader("grants.traces()"), read=HEAD + code)
    assert why in one.message
    assert (one.severity, one.place) == ("info", "handlers/shop/read.py:3")


def test_a_client_given_to_a_library(tmp_path: Path) -> None:
    code = "import boto3, thing\ndef handler(event, context):\n    thing.use(client=boto3.client('s3'))\n"
    (one,) = found("P103", tmp_path, reader("grants.traces()"), read=code)
    assert "passes a client to thing" in one.message


def test_a_library_that_calls_aws_itself(tmp_path: Path) -> None:
    code = (
        "from aws_lambda_powertools.utilities import parameters\n"
        "def handler(event, context):\n    return parameters.get_secret('x')\n"
    )
    (one,) = found("P103", tmp_path, reader("grants.traces()"), read=code)
    assert "calls AWS itself" in one.message


def test_a_call_that_would_explain_an_unused_grant(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    event['table'].scan()\n"
    (one,) = found("P103", tmp_path, reader("grants.table_scan(Ref(notes))"), read=code)
    assert "calls scan on a value of unknown origin" in one.message
    assert found("P103", tmp_path, reader("grants.traces()"), read=code) == []


def test_functions_that_share_a_place_are_named_together(tmp_path: Path) -> None:
    twice = reader("grants.traces()") + reader("grants.traces()").replace('"Read"', '"Second"').replace(
        '"Role"', '"SecondRole"'
    ).replace('"Notes"', '"Notes2"').replace('"Users"', '"Users2"').replace('"Jobs"', '"Jobs2"')
    (one,) = found("P103", tmp_path, twice, read=HEAD + "exec('')")
    assert "the grants of Read, Second are not compared" in one.message
