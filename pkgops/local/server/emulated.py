"""What the guard asks the emulator: what is deployed, whose a key is, and how a service words a refusal."""

from __future__ import annotations

import re
import uuid
from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.request_head import Request
from pkgops.local.server.claims import SignatureError
from pkgops.local.server.signatures import Caller

_ACCOUNT = re.compile(r"[0-9]{12}")
_PREFIXES = {"AWSCognitoIdentityProviderService": "cognito-idp", "AWSCognitoIdentityService": "cognito-identity"}
_POLICY_FIELDS = ({"policy", "x-amz-signature"}, {"policy", "signature"})


class Emulated:
    """The emulator's own functions and records; `pkgops.local.request_policy.Deployed`."""

    def __init__(self) -> None:
        from ministack import app
        from ministack.core import iam_actions, iam_evaluator, responses, router
        from ministack.services import apigateway, apigateway_v1, cloudfront, cognito, lambda_svc, s3

        require(app, "_credential_failure", "_routing_params")
        require(router, "detect_service")
        require(iam_actions, "unsigned_operations")
        require(iam_evaluator, "resolve_credential", "CredentialResolutionError", "AuthError")
        require(iam_evaluator, "find_iam_access_key_account", "AmbiguousAccessKeyError")
        require(responses, "_account_from_sts_session")
        require(apigateway, "_apis", "_stages")
        require(apigateway_v1, "_stages_v1")
        require(cloudfront, "find_distribution_for_label")
        require(cognito, "_user_pools")
        require(lambda_svc, "resolve_function_url")
        require(s3, "_bucket_owner_account", "_parse_multipart_form")
        self._app, self._router, self._actions, self._iam = app, router, iam_actions, iam_evaluator
        self._responses, self._http, self._rest, self._cdn = responses, apigateway, apigateway_v1, cloudfront
        self._cognito, self._lambda, self._s3 = cognito, lambda_svc, s3

    def api_stage(self, api: str, stage: str) -> bool:
        """A REST, HTTP or WebSocket API serves that stage."""
        if any(id == api and stage in stages for (_, _, id), stages in self._rest._stages_v1.all_items()):
            return True
        found = [stages for (_, _, id), stages in self._http._stages.all_items() if id == api]
        return any(stage in stages or "$default" in stages for stages in found)

    def websocket_api(self, api: str) -> bool:
        """The API is a WebSocket API."""
        found = [kept for (_, _, id), kept in self._http._apis.all_items() if id == api]
        return any(kept.get("protocolType") == "WEBSOCKET" for kept in found)

    def function_url(self, id: str) -> str:
        """The region of a function URL; "" if there is none."""
        found = self._lambda.resolve_function_url(id)
        return str(found[1]) if found else ""

    def distribution(self, label: str) -> bool:
        """A distribution has that first label of its domain."""
        return self._cdn.find_distribution_for_label(label) is not None

    def bucket(self, name: str) -> bool:
        """There is such a bucket."""
        return self._s3._bucket_owner_account(name) is not None

    def user_pool(self, id: str) -> bool:
        """There is such a user pool."""
        return any(pool == id for (_, _, pool), _ in self._cognito._user_pools.all_items())

    def service(self, request: Request, body: bytes = b"") -> str:
        """The service that would answer the request; a form in its ``body`` may choose another one."""
        method, path, headers = request.method, request.path, request.headers
        query = self._app._routing_params(method, path, headers, body, request.query)
        return str(self._router.detect_service(method, path, headers, query))

    def public_operation(self, target: str) -> bool:
        """AWS serves the operation of that X-Amz-Target without credentials."""
        prefix, _, operation = target.partition(".")
        return prefix in _PREFIXES and operation in self._actions.unsigned_operations(_PREFIXES[prefix])

    def signed_form(self, content_type: str, body: bytes) -> bool:
        """The body is a form with the signed policy of an upload, which S3 checks."""
        fields = {name.lower() for name, *_ in self._s3._parse_multipart_form(content_type, body)}
        return any(policy <= fields for policy in _POLICY_FIELDS)

    def caller(self, key: str, token: str) -> Caller:
        """The owner of an access key id; SignatureError if there is none, or if the session token is not its own."""
        try:
            account = key if _ACCOUNT.fullmatch(key) else self._account(key)
        except self._iam.AmbiguousAccessKeyError:
            account = ""
        if not account:
            raise SignatureError("InvalidClientTokenId", "The security token included in the request is invalid.")
        found = self._iam.resolve_credential(key, account, token)
        if isinstance(found, self._iam.CredentialResolutionError):
            raise SignatureError(found.code, found.message)
        return Caller(found.secret_access_key, root=account == key)

    def _account(self, key: str) -> str:
        session = self._responses._account_from_sts_session(key)
        return str(session or self._iam.find_iam_access_key_account(key) or "")

    def refusal(self, request: Request, code: str, text: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an error, in the words of the service the request was meant for."""
        error: Any = self._iam.AuthError(code, text)
        service, id = self.service(request), str(uuid.uuid4())
        status, headers, body = self._app._credential_failure(service, "", id, error, dict(request.headers))
        return int(status), {**headers}, body
