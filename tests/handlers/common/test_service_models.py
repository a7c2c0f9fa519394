"""The SDK's models of services as functions read them are those its own loader finds."""

from __future__ import annotations

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from handlers.common import sdk
from handlers.common.service_models import ServiceModels


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
