"""The SDK's models of services are those its own loader finds."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader

from pkgops.aws.connection.models import ServiceModels


@pytest.mark.parametrize("service", ["cloudformation", "s3", "sts", "sso-oidc", "cognito-idp"])
@pytest.mark.parametrize("kind", ["service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1"])
def test_a_model_is_the_one_of_the_sdk(service: str, kind: str) -> None:
    ours, standard = ServiceModels(Loader()), Loader()
    try:
        wanted = standard.load_service_model(service, kind)
    except DataNotFoundError as error:
        with pytest.raises(type(error)):
            ours.load_service_model(service, kind)
    else:
        assert ours.load_service_model(service, kind) == wanted


def test_an_unknown_service_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownServiceError, match="nonsense"):
        ServiceModels(Loader()).load_service_model("nonsense", "service-2")


def test_only_the_service_asked_for_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    listed = ServiceModels.list_api_versions
    monkeypatch.setattr(
        ServiceModels,
        "list_api_versions",
        lambda self, name, kind: looked_at.append(name) or listed(self, name, kind),  # type: ignore[func-returns-value]
    )
    session = botocore.session.Session()
    session.register_component("data_loader", ServiceModels(session.get_component("data_loader")))
    session.create_client("cloudformation", region_name="us-east-1")
    assert {*looked_at} == {"cloudformation"}


def test_models_of_the_user_are_found(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    session = botocore.session.Session()
    assert str(tmp_path) in ServiceModels(session.get_component("data_loader")).search_paths
