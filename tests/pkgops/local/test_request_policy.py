"""Who may send a request: hosts, paths, methods and headers, one by one."""

from __future__ import annotations

import pytest

from pkgops.local.request_policy import Access, companion_access
from tests.pkgops.local.one_of_each import PAGE, PORT, SIGNED_QUERY, TARGETS, access

OPEN = [
    "/_aws/execute-api/api1/v1/health",
    "/_aws/execute-api/api1/v1/",
    "/_aws/execute-api/api1/v1",
    "/restapis/api1/v1/_user_request_/health",
    "/_aws/lambda-url/url1/",
    "/_aws/lambda-url/url1",
    "/_companions/stripe/pages/pay",
]
PAGES = ["/login?client_id=a", "/logout", "/oauth2/authorize", "/us-east-1_pool1/.well-known/jwks.json", "/bucket1/a/b"]
# Each differs from one that is served by a little.
CLOSED = [
    "/loginx",
    "/login/",
    "/logoutx",
    "/oauth2/x",
    "/oauth2/authorize/x",
    "/oauth2",
    "/us-east-1_abc/.well-known/x",
    "/us-east-1_pool1/.well-known/x",
    "/us-east-1_abc/.well-known/jwks.json",
    "/a/us-east-1_pool1/.well-known/jwks.json",
    "/_aws/execute-api/api2/v1/health",
    "/_aws/execute-api/api1/v2/health",
    "/_aws/execute-api/api1",
    "/_aws/execute-apix/api1/v1/health",
    "/_aws/execute-api/api1/v1/@connections/abc",
    "/restapis/api1/v1/_user_request_x/health",
    "/restapis/api1/v1",
    "/restapis",
    "/_aws/lambda-url/url2/",
    "/_aws/lambda-url/",
    "/_aws/lambda-urlx/url1/",
    "/_companions/stripe/v1/customers",
    "/_companions/stripe/pagesx",
    "/_companions/stripe/pages/../v1/customers",
    "/bucket1",
    "/bucket1?list-type=2",
    "/bucket1/key?acl",
    "/bucket2/key",
    "/bucket1x/key",
    "/?Action=ConfirmSubscription&TopicArn=a&Token=b",
    "/_ministack/cfn-response/abc",
    "/_ministack/reset",
    "/_ministack/ses/messages",
    "/_pkgops/identity",
    "/latest/meta-data/iam/security-credentials/",
    "/2015-03-31/functions",
    "/v2/apis",
    "/health",
    "/../_aws/execute-api/api1/v1/health",
    "//_aws/execute-api/api1/v1/health",
    "/",
]


@pytest.mark.parametrize("path", [*OPEN, *PAGES])
def test_a_browser_reaches_what_is_served_to_everybody(path: str) -> None:
    assert access("GET", path, **PAGE) is (Access.OPEN if path in OPEN else Access.BOUND)


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize("mark", [PAGE, {"referer": "https://evil.example/"}, {"sec_fetch_site": "cross-site"}])
def test_and_nothing_that_looks_like_it(path: str, method: str, mark: dict[str, str]) -> None:
    if path == "/bucket1" and method == "POST":
        mark = {**mark, "content_type": "text/plain"}
    assert access(method, path, **mark) is Access.REFUSED


@pytest.mark.parametrize("path", [path for path in CLOSED if not path.startswith(("/bucket1", "/?", "/_companions"))])
def test_a_program_has_to_sign_for_it(path: str) -> None:
    internal = path.startswith(("/_ministack", "/_pkgops", "/health"))
    assert access("GET", path) is (Access.ROOT if internal else Access.SIGNED)


def test_what_aws_serves_to_programs_without_credentials() -> None:
    assert access("GET", "/?Action=ConfirmSubscription&TopicArn=a&Token=b") is Access.BOUND
    assert access("GET", "/?Action=ConfirmSubscription&TopicArn=a&Token=b&StackName=x") is Access.SIGNED
    assert access("GET", "/?Action=CreateStack") is Access.SIGNED
    assert access("PUT", "/_ministack/cfn-response/abc") is Access.OPEN
    assert access("GET", "/_ministack/cfn-response/abc") is Access.ROOT
    assert access("GET", "/bucket1?list-type=2") is Access.BOUND
    assert access("PUT", "/bucket1/key") is Access.SIGNED
    assert access("POST", "/_companions/stripe/v1/customers") is Access.OPEN


def test_operations_of_cognito_that_need_no_credentials() -> None:
    ours, other = TARGETS["cognito-idp"], TARGETS["secretsmanager"]
    assert access("POST", "/", x_amz_target=ours, **PAGE) is Access.BOUND
    assert access("POST", "/", x_amz_target=other, **PAGE) is Access.REFUSED
    assert access("POST", "/x", x_amz_target=ours, **PAGE) is Access.REFUSED
    assert access("POST", "/?Action=CreateStack", x_amz_target=ours, **PAGE) is Access.REFUSED
    assert access("POST", "/", x_amz_target=ours, authorization="AWS4-HMAC-SHA256 ...", **PAGE) is Access.REFUSED
    asked = {"access_control_request_method": "POST", "access_control_request_headers": "content-type,x-amz-target"}
    assert access("OPTIONS", "/", **asked, **PAGE) is Access.BOUND
    assert access("OPTIONS", "/", access_control_request_method="POST", **PAGE) is Access.REFUSED


@pytest.mark.parametrize("path", ["/login", "/oauth2/token", "/us-east-1_pool1/.well-known/jwks.json", "/bucket1/key"])
def test_a_header_or_a_parameter_does_not_make_it_another_service(path: str) -> None:
    method = "POST" if path == "/oauth2/token" else "GET"
    target = access(method, path, x_amz_target=TARGETS["secretsmanager"], **PAGE)
    action = access(method, f"{path}?Action=CreateStack", **PAGE)
    assert {target, action} == {Access.REFUSED}


def test_a_signature_in_the_query_is_for_objects() -> None:
    for headers in ({}, PAGE):
        assert access("PUT", f"/bucket1/key?{SIGNED_QUERY}", **headers) is Access.BOUND
        assert access("GET", f"/?Action=CreateStack&{SIGNED_QUERY}", **headers) is Access.REFUSED
        assert access("GET", f"/bucket2/key?{SIGNED_QUERY}", **headers) is Access.REFUSED
        assert access("GET", f"/bucket1/key?Action=CreateStack&{SIGNED_QUERY}", **headers) is Access.REFUSED
        assert access("GET", f"/login?{SIGNED_QUERY}", **headers) is Access.REFUSED
        assert access("POST", "/bucket1", content_type="multipart/form-data; boundary=a", **headers) is Access.FORM


def test_a_websocket_reaches_websocket_apis() -> None:
    assert access("GET", "/_aws/execute-api/socket1/v1", websocket=True, **PAGE) is Access.OPEN
    for path in ("/_aws/execute-api/api1/v1", "/_aws/execute-api/socket2/v1", "/", "/login", "/event/realtime"):
        assert access("GET", path, websocket=True) is Access.REFUSED
    assert access("GET", "/_aws/execute-api/socket1/v1", host="evil.example", websocket=True) is Access.REFUSED


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "127.0.0.1.nip.io",
        "localhost.evil.example",
        "a1.execute-api.localhost:4566",
        "api1.execute-api.us-east-1.amazonaws.com",
        "url2.lambda-url.us-east-1.on.aws",
        "url1.lambda-url.eu-west-1.on.aws",
        "url1.lambda-url.us-east-1.on.aws.evil.example",
        "cdn2.cloudfront.net",
        "cdn1.cloudfront.net.evil.example",
        "bucket1.s3-website-us-east-1.amazonaws.com",
        "127.0.0.1@evil.example",
        "127.0.0.1:4566:1",
        "",
    ],
)
def test_a_host_that_is_not_deployed_is_refused(host: str) -> None:
    for path in ("/", "/_aws/execute-api/api1/v1/health", "/login", "/bucket1/key", "/_companions/stripe/pages/pay"):
        assert access("GET", path, host=host, **PAGE) is Access.REFUSED
        assert access("GET", path, host=host) in (Access.REFUSED, Access.SIGNED)
        assert access("GET", path, host=host) is Access.REFUSED or host.partition(":")[0].endswith(".localhost")


@pytest.mark.parametrize("host", ["url1.lambda-url.us-east-1.on.aws", "cdn1.cloudfront.net:4566"])
def test_a_host_that_is_deployed_is_served_but_not_the_emulators_own_paths(host: str) -> None:
    assert access("GET", "/anything", host=host, **PAGE) is Access.OPEN
    for path in ("/_ministack/reset", "/_pkgops/identity", "/_aws/execute-api/a/b", "/health"):
        assert access("POST", path, host=host) is Access.REFUSED


def test_paths_that_the_emulator_takes_under_any_name_are_a_distributions_own() -> None:
    """Its requests are told by their host before anything else looks at them; those of a function URL are not."""
    for path in ("/login", "/v2/email/x", "/iceberg/v1"):
        assert access("POST", path, host="url1.lambda-url.us-east-1.on.aws") is Access.REFUSED
        assert access("POST", path, host="cdn1.cloudfront.net:4566") is Access.OPEN
        assert access("POST", path, host="cdn2.cloudfront.net:4566") is Access.REFUSED


def test_pages_of_companions() -> None:
    host = {"host": PORT}
    assert companion_access("/v1/customers", host)
    assert companion_access("/pages/pay", {**host, **PAGE})
    for path in ("/v1/customers", "/pagesx", "/pages/../v1"):
        assert not companion_access(path, {**host, **PAGE})
    assert not companion_access("/pages/pay", {"host": "evil.example"})
