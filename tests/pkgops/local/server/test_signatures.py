"""What the SDK signs is recognized, in every form; whatever was changed afterwards is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from pkgops.local import sigv4
from pkgops.local.request_policy import Request
from pkgops.local.server.claims import SignatureError, claim
from pkgops.local.server.signatures import Caller, Received, verify

KEY, SECRET, TOKEN = "ASIAEXAMPLE", "a-secret", "a-token"
Sign = Callable[[], Received]
SHOWN = st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_characters="\x7f")
URL = "http://127.0.0.1:4566"


def keyring(key: str, token: str) -> Caller:
    """One session; its token belongs to it."""
    if (key, token) != (KEY, TOKEN):
        raise SignatureError("InvalidClientTokenId", "no such key")
    return Caller(SECRET, root=False)


def received(request: AWSRequest, body: bytes = b"") -> Received:
    """What arrives of a request that the SDK has signed."""
    prepared = request.prepare()
    url = urlsplit(prepared.url)
    headers = {
        name.lower(): value if isinstance(value, str) else value.decode() for name, value in prepared.headers.items()
    }
    headers.setdefault("host", url.netloc)
    query = parse_qs(url.query, keep_blank_values=True)
    head = Request(prepared.method, headers["host"], unquote(url.path), query, headers)
    return Received(head, url.path, url.query, tuple(headers.items()), body)


def in_headers(signer: Any, method: str, url: str, service: str, body: bytes = b"", **headers: str) -> Received:
    request = AWSRequest(method, url, data=body, headers=headers)
    signer(Credentials(KEY, SECRET, TOKEN), service, "eu-west-1").add_auth(request)
    return received(request, body)


def presigned(method: str, url: str, seconds: int = 60, **headers: str) -> Received:
    request = AWSRequest(method, url, headers=headers)
    auth.S3SigV4QueryAuth(Credentials(KEY, SECRET, TOKEN), "s3", "eu-west-1", seconds).add_auth(request)
    return received(request)


def presigned_old(method: str, url: str, seconds: int = 60, **headers: str) -> Received:
    request = AWSRequest(method, url, headers=headers)
    request.auth_path = urlsplit(url).path
    auth.HmacV1QueryAuth(Credentials(KEY, SECRET, TOKEN), seconds).add_auth(request)
    return received(request)


def check(request: Received) -> Caller:
    found = claim(request.head)
    assert found is not None
    return verify(found, request, keyring)


def refused(request: Received) -> str:
    """The code of its refusal."""
    with pytest.raises(SignatureError) as error:
        check(request)
    return error.value.code


def query_protocol() -> Received:
    body = b"Action=GetCallerIdentity"
    return in_headers(auth.SigV4Auth, "POST", f"{URL}/", "sts", body, **{"X-Amz-Target": "a.B"})


def rest() -> Received:
    return in_headers(auth.SigV4Auth, "GET", f"{URL}/2015-03-31/functions/arn%3Aaws%3Aa?Marker=b%2Bc", "lambda")


def stored() -> Received:
    return in_headers(auth.S3SigV4Auth, "PUT", f"{URL}/bucket/a%20b/%C3%BC?tagging=&x-id=PutObject", "s3", b"text")


def link() -> Received:
    return presigned("GET", f"{URL}/bucket/a%2Bb~c?response-content-type=text%2Fplain")


def upload() -> Received:
    return presigned("PUT", f"{URL}/bucket/key", **{"Content-Type": "image/png"})


def old_link() -> Received:
    return presigned_old("GET", f"{URL}/bucket/a%20b?versionId=1&other=2")


def old_upload() -> Received:
    return presigned_old("PUT", f"{URL}/bucket/key", **{"Content-Type": "image/png", "X-Amz-Acl": "private"})


FORMS = (query_protocol, rest, stored, link, upload, old_link, old_upload)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_sdk_signs_is_recognized(form: Sign) -> None:
    assert check(form()).secret == SECRET


@pytest.mark.parametrize("form", FORMS)
def test_a_change_of_what_is_signed_is_noticed(form: Sign) -> None:
    request = form()
    head = request.head
    changed = {
        "method": replace(request, head=replace(head, method="DELETE")),
        "path": replace(request, raw_path=request.raw_path + "x"),
        "key": forged(request, KEY, "ASIAOTHER"),
    }
    assert refused(changed["method"]) == "SignatureDoesNotMatch"
    assert refused(changed["path"]) == "SignatureDoesNotMatch"
    assert refused(changed["key"]) == "InvalidClientTokenId"
    with pytest.raises(SignatureError, match="does not match"):
        verify(claim(head), request, lambda *_: Caller("another secret", root=False))  # type: ignore[arg-type]


def forged(request: Received, old: str, new: str) -> Received:
    """The request with another text in headers and query."""
    headers = {name: value.replace(old, new) for name, value in request.headers}
    raw = request.raw_query.replace(old, new)
    head = replace(request.head, headers=headers, query=parse_qs(raw, keep_blank_values=True))
    return Received(head, request.raw_path, raw, tuple(headers.items()), request.body)


def added(request: Received, name: str, value: str) -> Received:
    head = replace(request.head, headers={**request.head.headers, name: value})
    return replace(request, head=head, headers=(*request.headers, (name, value)))


@given(st.sampled_from(["X-Amz-Expires=60", "response-content-type=text"]), st.sampled_from(["61", "html", "texto"]))
def test_a_change_of_a_presigned_query_is_noticed(part: str, value: str) -> None:
    url = link()
    assert part in unquote(url.raw_query)
    name = part.partition("=")[0]
    raw = "&".join(f"{name}={value}" if one.startswith(f"{name}=") else one for one in url.raw_query.split("&"))
    changed = replace(url, raw_query=raw, head=replace(url.head, query=parse_qs(raw)))
    with pytest.raises(SignatureError):
        check(changed)


def test_the_operation_cannot_be_changed_by_a_header_that_is_not_signed() -> None:
    assert refused(added(link(), "x-amz-target", "secretsmanager.GetSecretValue")) == "AccessDenied"
    assert refused(added(rest(), "x-amz-invocation-type", "Event")) == "SignatureDoesNotMatch"
    assert refused(added(old_link(), "x-amz-acl", "public-read")) == "SignatureDoesNotMatch"


def test_a_body_that_was_changed_is_noticed() -> None:
    assert refused(replace(query_protocol(), body=b"Action=CreateStack")) == "SignatureDoesNotMatch"
    assert refused(replace(stored(), body=b"other")) == "XAmzContentSHA256Mismatch"


@pytest.mark.parametrize("token", ["", "another"])
def test_a_session_comes_with_its_token(token: str) -> None:
    for form in FORMS:
        assert refused(forged(form(), TOKEN, token)) == "InvalidClientTokenId"


@pytest.mark.parametrize(("minutes", "code"), [(-16, "RequestTimeTooSkewed"), (16, "RequestTimeTooSkewed"), (-14, "")])
def test_a_signature_is_of_now(minutes: int, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(auth, "get_current_datetime", lambda remove_tzinfo=True: now.replace(tzinfo=None))
    request = in_headers(auth.SigV4Auth, "GET", f"{URL}/", "sts")
    if code:
        assert refused(request) == code
    else:
        check(request)


def test_a_presigned_url_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    then = datetime.now(UTC) - timedelta(minutes=30)
    monkeypatch.setattr(auth, "get_current_datetime", lambda remove_tzinfo=True: then.replace(tzinfo=None))
    check(presigned("GET", f"{URL}/bucket/key", 1860))
    assert refused(presigned("GET", f"{URL}/bucket/key", 1740)) == "AccessDenied"
    assert refused(presigned("GET", f"{URL}/bucket/key", 604_801)) == "AuthorizationQueryParametersError"
    monkeypatch.setattr(auth, "get_current_datetime", lambda remove_tzinfo=True: datetime.now(UTC) + timedelta(hours=1))
    assert refused(presigned("GET", f"{URL}/bucket/key")) == "RequestTimeTooSkewed"


def test_a_url_presigned_with_version_2_expires() -> None:
    check(presigned_old("GET", f"{URL}/bucket/key", 60))
    assert refused(presigned_old("GET", f"{URL}/bucket/key", -60)) == "AccessDenied"


@pytest.mark.parametrize(
    ("authorization", "said"),
    [
        ("AWS4-ECDSA-P256-SHA256 Credential=A/20260101/s3/aws4_request, SignedHeaders=host, Signature=00", "SigV4A"),
        ("AWS AKIA:signature", "of this kind"),
        ("AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/s3/aws4_request", "incomplete"),
        ("AWS4-HMAC-SHA256 ", "incomplete"),
    ],
)
def test_what_cannot_be_checked_is_refused(authorization: str, said: str) -> None:
    with pytest.raises(SignatureError, match=said):
        claim(Request("GET", "127.0.0.1", "/", {}, {"authorization": authorization}))


def test_credentials_stand_in_one_place() -> None:
    with pytest.raises(SignatureError, match="or in the query"):
        claim(replace(query_protocol().head, query={"X-Amz-Signature": ["0"]}))
    with pytest.raises(SignatureError, match="more than once"):
        claim(replace(link().head, query={**link().head.query, "X-Amz-Date": ["a", "b"]}))
    assert claim(Request("GET", "127.0.0.1", "/", {}, {"authorization": "Bearer token"})) is None


@given(
    st.sampled_from(["GET", "PUT", "POST"]),
    st.lists(st.text(SHOWN, max_size=8), max_size=4),
    st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=6), max_size=4),
    st.binary(max_size=64),
)
def test_any_object_is_signed_as_the_sdk_signs_it(
    method: str, segments: list[str], query: dict[str, str], body: bytes
) -> None:
    path = "/".join(quote(segment, safe="-_.~") for segment in segments)
    url = f"{URL}/bucket/{path}?{urlencode(query, quote_via=quote)}".rstrip("?")
    check(in_headers(auth.S3SigV4Auth, method, url, "s3", body))


def test_what_the_client_signs_is_recognized() -> None:
    for target in ("/_pkgops/identity?nonce=ab12", "/_ministack/reset"):
        headers = sigv4.signed(KEY, SECRET, "GET", target, "127.0.0.1:4566") | {"Host": "127.0.0.1:4566"}
        path, _, raw = target.partition("?")
        lower = {name.lower(): value for name, value in headers.items()}
        head = Request("GET", lower["host"], path, parse_qs(raw), lower)
        found = claim(head)
        assert found is not None
        request = Received(head, path, raw, tuple(lower.items()))
        assert verify(found, request, lambda *_: Caller(SECRET, root=True)).root
