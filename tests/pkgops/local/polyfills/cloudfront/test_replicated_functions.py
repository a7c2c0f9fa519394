"""Contract: what runs at the edge is not deleted while a distribution has it."""

from __future__ import annotations

import pytest

from tests.pkgops.local.edge.site import behavior, distribution, edge_function, edge_role

pytestmark = pytest.mark.emulator

ORIGIN = {"Id": "one", "DomainName": "example.com", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
CODE = "def handler(event, context):\n    return event['Records'][0]['cf']['request']\n"


def test_a_version_stays_while_a_distribution_runs_it(deploy):
    edge = deploy({"Role": edge_role(), **edge_function("Gate", CODE)})
    rows = [{"EventType": "viewer-request", "LambdaFunctionARN": edge.physical("GateVersion")}]
    site = deploy({"Distribution": distribution([ORIGIN], behavior("one", LambdaFunctionAssociations=rows))})
    assert edge.delete().status == "DELETE_FAILED"
    assert any("replicated function" in one for one in edge.reasons)
    site.delete()
    assert edge.delete().status == "DELETE_COMPLETE"
