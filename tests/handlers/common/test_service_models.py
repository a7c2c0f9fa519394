"""The SDK's models of services as functions read them are those its own loader finds."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import ClientEndpointBridge
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from handlers.common import sdk
from handlers.common.service_models import REGIONAL, ServiceModels


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
@pytest.mark.parametrize("kind", ["service-2", "paginators-1", "endpoint-rule-set-1"])
def test_a_model_is_the_one_of_the_sdk(service: str, kind: str) -> None:
    standard = Loader()
    assert ServiceModels([]).load_service_model(service, kind) == standard.load_service_model(service, kind)


def test_an_unknown_service_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownServiceError, match="nonsense"):
        ServiceModels([]).load_service_model("nonsense", "service-2")


def test_clients_share_a_loader_that_looks_up_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    listed = ServiceModels.list_api_versions

    def list_api_versions(self: ServiceModels, name: str, kind: str) -> object:
        looked_up.append(name)
        return listed(self, name, kind)

    monkeypatch.setattr(ServiceModels, "list_api_versions", list_api_versions)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    sdk.session.cache_clear()
    for service in ("sqs", "sns"):
        sdk.create(service, 1, 5, "").close()
    assert {*looked_up} == {"sqs", "sns"}


@pytest.mark.parametrize("service", sorted(REGIONAL))
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "mx-central-1", "cn-north-1", "us-gov-west-1"])
def test_a_regional_service_has_the_endpoint_and_signature_of_the_whole_list(service: str, region: str) -> None:
    found = []
    for regional in (True, False):
        made = sdk.session(regional=regional).create_client(service, region_name=region)
        signer = made._request_signer
        found.append((made.meta.endpoint_url, signer.signing_name, signer.region_name, signer.signature_version))
        made.close()
    assert found[0] == found[1]


def resolved(loader: Loader) -> dict[tuple[str, str], tuple[Any, ...]]:
    """What clients take from the list of endpoints: of each service, for each region of each partition."""
    resolver = EndpointResolver(loader.load_data("endpoints"), uses_builtin_data=True)
    regions = [region for one in Loader().load_data("partitions")["partitions"] for region in one["regions"]]
    assert {"eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"} < {*regions}
    found = {}
    for service in REGIONAL:
        model = loader.load_service_model(service, "service-2")["metadata"]
        bridge = ClientEndpointBridge(resolver, service_signing_name=model.get("signingName"))
        for region in regions:
            one = bridge.resolve(model["endpointPrefix"], region)
            names = ("endpoint_url", "region_name", "signing_name", "signing_region", "signature_version")
            found[service, region] = tuple(one[name] for name in names)
    return found


def test_no_region_of_any_partition_has_another_endpoint_or_signature() -> None:
    assert resolved(ServiceModels([], regional=True)) == resolved(Loader())


def test_the_list_of_endpoints_is_not_read_for_a_regional_service() -> None:
    partitions, _ = ServiceModels([], regional=True).load_data_with_path("endpoints")
    everything, _ = ServiceModels([]).load_data_with_path("endpoints")
    assert not any(one["services"] for one in partitions["partitions"])
    assert all(one["services"] for one in everything["partitions"])
    regions = [
        {one["partition"]: one["regionRegex"] for one in found["partitions"]} for found in (partitions, everything)
    ]
    assert regions[0] == regions[1]
