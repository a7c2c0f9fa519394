"""Whatever host, path, method and headers: a browser reaches surfaces alone, a program the rest by a signature."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pkgops.local.request_policy import Access
from tests.pkgops.local.one_of_each import PAGE, PORT, SIGNED_QUERY, TARGETS, access, socket_access

# fmt: off
WORDS = st.sampled_from([
    "_aws", "execute-api", "lambda-url", "api1", "v1", "url1", "restapis", "_user_request_", "@connections", "login",
    "logout", "oauth2", "authorize", ".well-known", "jwks.json", "us-east-1_pool1", "_companions", "stripe", "pages",
    "bucket1", "key", "..", "%2e%2e", "_ministack", "reset", "_pkgops", "identity", "2015-03-31", "functions", "",
])
# fmt: on
PATHS = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: "/" + "/".join(words))
NAMED = ("url1.lambda-url.us-east-1.on.aws", "cdn1.cloudfront.net")
HOSTS = st.sampled_from(
    [
        PORT,
        "localhost",
        "[::1]:1",
        "evil.example",
        "url1.lambda-url.us-east-1.on.aws",
        "a.localhost",
        "cdn1.cloudfront.net",
    ]
) | st.text(max_size=12)
QUERIES = st.sampled_from(["", "?Action=CreateStack", f"?{SIGNED_QUERY}", "?versionId=1", f"?Action=X&{SIGNED_QUERY}"])
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
HEADERS = st.dictionaries(
    st.sampled_from(["authorization", "x_amz_target", "content_type", "access_control_request_method"]),
    st.sampled_from([*TARGETS.values(), "AWS4-HMAC-SHA256 x", "text/plain", "multipart/form-data; boundary=a", "POST"]),
)
MARKS = st.sampled_from([PAGE, {"referer": "http://a"}, {"sec_fetch_mode": "no-cors"}, {"sec_fetch_dest": "image"}])
# What may come behind what is deployed; nothing else is open to a browser.
SURFACES = (
    ("_aws", "execute-api", "api1", "v1"),
    ("_aws", "execute-api", "socket1", "v1"),
    ("_aws", "lambda-url", "url1"),
    ("restapis", "api1", "v1", "_user_request_"),
)


@given(METHODS, PATHS, QUERIES, HOSTS, HEADERS, MARKS)
def test_a_browser_reaches_nothing_else(
    method: str, path: str, query: str, host: str, headers: dict[str, str], mark: dict[str, str]
) -> None:
    found = access(method, path + query, host=host, **headers, **mark)
    assert found not in (Access.SIGNED, Access.ROOT)
    segments = path.split("/")[1:]
    loopback = host in (PORT, "localhost", "[::1]:1")
    if found is Access.OPEN and loopback:
        page = (segments[0], *segments[2:3]) == ("_companions", "pages")  # which has to know its companion
        assert page or any(tuple(segments[: len(surface)]) == surface for surface in SURFACES)
    elif found is Access.OPEN:
        assert host in NAMED
        assert not segments[0].startswith("_")
    elif found is Access.BOUND:
        assert loopback
        assert "Action=" not in query or segments[1:2] == [".well-known"]
        assert segments[0] in ("login", "logout", "oauth2", "us-east-1_pool1", "bucket1", "")
    elif found is Access.FORM:
        assert (loopback, method, segments[0]) == (True, "POST", "bucket1")


@example("GET", "/login", "?Action=CreateStack", PORT, {"x_amz_target": TARGETS["cognito-idp"]})
@example("POST", "//..", "?Action=CreateStack", PORT, {})
@example("GET", "/2015-03-31/functions", "", NAMED[0], {})
@given(METHODS, PATHS, QUERIES, HOSTS, HEADERS)
def test_a_program_reaches_the_control_plane_by_a_signature_alone(
    method: str, path: str, query: str, host: str, headers: dict[str, str]
) -> None:
    found = access(method, path + query, host=host, **headers)
    operations = (
        () if host in NAMED else ("/2015-03-31",)
    )  # what has a name of its own answers there, whatever the path
    if path.startswith(("/_ministack/reset", "/_pkgops", "/_localstack", *operations)):
        assert found in (Access.REFUSED, Access.SIGNED, Access.ROOT)
    if "Action=CreateStack" in query and not path.startswith(("/_", "/restapis", "/us-east-1_pool1")):
        assert found in (Access.REFUSED, Access.SIGNED) or host.partition(":")[0].endswith((".on.aws", ".net"))


@pytest.mark.parametrize("path", ["/login", "/oauth2/token", "/us-east-1_pool1/.well-known/jwks.json"])
@pytest.mark.parametrize("target", TARGETS.values())
def test_a_page_of_a_pool_is_no_way_to_an_operation(path: str, target: str) -> None:
    """The emulator would go by the name of the operation."""
    for method in ("GET", "POST"):
        assert access(method, path, x_amz_target=target) in (Access.REFUSED, Access.SIGNED)
        assert access(method, path, x_amz_target=target, **PAGE) is Access.REFUSED


SOCKET_PATHS = PATHS | st.lists(WORDS, max_size=3).map(lambda words: "/".join(["/v1", *words]))


@given(METHODS, SOCKET_PATHS, QUERIES, HOSTS, HEADERS, MARKS | st.just({}), st.booleans())
def test_the_port_of_a_websocket_api_is_for_its_connections_alone(
    method: str, path: str, query: str, host: str, headers: dict[str, str], mark: dict[str, str], websocket: bool
) -> None:
    found = socket_access(method, path + query, host=host, websocket=websocket, **headers, **mark)
    segments = path.split("/")[1:]
    if found is Access.OPEN:
        assert websocket
        assert segments in (["v1"], ["v1", ""])
    elif found is Access.SIGNED:
        assert (websocket, mark, query) == (False, {}, "")
        assert "x_amz_target" not in headers
        assert (segments[:2], len(segments)) == (["v1", "@connections"], 3)
        assert method in ("GET", "POST", "DELETE")
    else:
        assert found is Access.REFUSED
    assert found is Access.REFUSED or host in (PORT, "localhost", "[::1]:1")


def test_what_a_websocket_apis_port_is_for() -> None:
    assert socket_access("GET", "/v1?userId=u", websocket=True, **PAGE) is Access.OPEN
    assert socket_access("POST", "/v1/@connections/abc=") is Access.SIGNED
    assert socket_access("POST", "/v1/@connections/abc=", **PAGE) is Access.REFUSED
