"""REST APIs: a request validator checks what the method's models say, and a body that fails is answered
through the gateway response BAD_REQUEST_BODY."""

from __future__ import annotations

import json
from typing import Any

from pkgops.local.hooks.patch import refuse, require, switched_on
from pkgops.local.hooks.types import Created, Properties, Types

_PATHS = {"ValidateRequestBody": "validateRequestBody", "ValidateRequestParameters": "validateRequestParameters"}


def install(types: Types) -> None:
    """The emulator's API validates; its CloudFormation types do not configure that."""
    from ministack.services import apigateway_v1 as rest

    require(rest, "_create_request_validator", "_update_request_validator", "_delete_request_validator")
    require(rest, "_resources", "_check_request_validation")
    types.redefine("AWS::ApiGateway::RequestValidator", _create, _delete, _update)
    types.after("AWS::ApiGateway::Method", _attach)
    types.after("AWS::ApiGateway::RestApi", _settings)


def _create(logical_id: str, properties: Properties, _: str) -> Created:
    from ministack.services import apigateway_v1 as rest

    request: dict[str, Any] = {"name": properties.get("Name") or logical_id}
    request |= {field: switched_on(properties.get(name)) for name, field in _PATHS.items()}
    body = refuse(rest._create_request_validator(properties["RestApiId"], request))[2]
    identifier = json.loads(body)["id"]
    return identifier, {"RequestValidatorId": identifier}


def _update(identifier: str, old: Properties, new: Properties, stack: str) -> Created:
    from ministack.services import apigateway_v1 as rest

    if any(old.get(name) != new.get(name) for name in ("RestApiId", "Name")):
        return _create(new.get("Name") or identifier, new, stack)
    operations = [
        {"op": "replace", "path": f"/{field}", "value": str(switched_on(new.get(name))).lower()}
        for name, field in _PATHS.items()
    ]
    refuse(rest._update_request_validator(new["RestApiId"], identifier, {"patchOperations": operations}))
    return identifier, {"RequestValidatorId": identifier}


def _delete(identifier: str, properties: Properties) -> None:
    from ministack.services import apigateway_v1 as rest

    rest._delete_request_validator(properties["RestApiId"], identifier)


def _attach(_: str, new: Properties, __: Properties) -> None:
    from ministack.services import apigateway_v1 as rest

    resource = rest._resources[new["RestApiId"]][new["ResourceId"]]
    resource["resourceMethods"][new["HttpMethod"]]["requestValidatorId"] = new.get("RequestValidatorId")


def _settings(api: str, new: Properties, _: Properties) -> None:
    """What the emulator's creation leaves out of the API's record."""
    from ministack.services import apigateway_v1 as rest

    record = rest._rest_apis[api]
    types = (new.get("EndpointConfiguration") or {}).get("Types")
    if types:
        record["endpointConfiguration"] = {"types": list(types)}
    record["apiKeySource"] = new.get("ApiKeySourceType", record.get("apiKeySource", "HEADER"))
    size = new.get("MinimumCompressionSize")
    record["minimumCompressionSize"] = None if size is None else int(size)
