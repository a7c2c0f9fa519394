"""What is sent has one meaning, whoever reads it: raw requests that others would read in two ways."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pkgops.local.client.emulator import Emulator
from pkgops.local.home import Home
from tests.emulator import ACCOUNT, REGION, client
from tests.pkgops.local.edge.site import behavior, distribution
from tests.pkgops.local.server.asking import Aws, signing

pytestmark = pytest.mark.emulator

CALLER = b"Action=GetCallerIdentity&Version=2011-06-15"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ORIGIN = {"Id": "one", "DomainName": "127.0.0.1", "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}


class Wire:
    """One connection, and the answers that come over it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._rest = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, *parts: bytes) -> None:
        self._socket.sendall(b"".join(parts))

    def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer, which says how long it is."""
        head, self._rest = self._until(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].partition(b":")[2]) if lengths and status != 100 else 0
        while len(self._rest) < length:
            self._rest += self._more()
        body, self._rest = self._rest[:length], self._rest[length:]
        return status, body

    def closed(self) -> bool:
        """Nothing more comes."""
        try:
            return not self._rest and not self._socket.recv(1)
        except ConnectionResetError:
            return True

    def _until(self, mark: bytes) -> tuple[bytes, bytes]:
        while mark not in self._rest:
            self._rest += self._more()
        head, _, rest = self._rest.partition(mark)
        return head, rest

    def _more(self) -> bytes:
        found = self._socket.recv(65536)
        assert found, "closed"
        return found


@pytest.fixture
def wire(emulator: Emulator) -> Callable[[], Wire]:
    return lambda: Wire(emulator.port)


@pytest.fixture
def asked(emulator: Emulator) -> Callable[[str], bytes]:
    """``asked(length)``: a head that root has signed, which says of its body (`CALLER`) what ``length`` says."""
    credentials = Credentials(ACCOUNT, emulator.credentials().secret)

    def head(length: str) -> bytes:
        request = AWSRequest("POST", f"{emulator.endpoint}/", data=CALLER, headers=FORM)
        request.headers["Host"] = f"127.0.0.1:{emulator.port}"
        SigV4Auth(credentials, "sts", REGION).add_auth(request)
        lines = [f"{name}: {value}" for name, value in request.headers.items()]
        return "\r\n".join(["POST / HTTP/1.1", *lines, length]).encode() + b"\r\n\r\n"

    return head


@pytest.fixture
def who(asked: Callable[[str], bytes]) -> bytes:
    """A signed request that asks who has signed it."""
    return asked(f"Content-Length: {len(CALLER)}") + CALLER


@pytest.mark.parametrize(
    "head",
    [
        b"GET http://127.0.0.1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /health#part HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"CONNECT /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: \u00e9\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".encode("latin-1"),
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET /health HTTP/1.1\r\nAccept: */*\r\n\r\n",
        "GET /\u00e9 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode("latin-1"),
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX : 1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: 1\r\n 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"1" * 65536 + b"\r\n\r\n",
        b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_what_has_no_meaning_or_two_is_refused(wire, head):
    with wire() as one:
        one.send(head)
        assert one.answer()[0] == 400
        assert one.closed()


def test_a_head_that_never_ends_is_given_up(wire):
    with wire() as one:
        one.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        with pytest.raises(OSError):  # noqa: PT011 - reset or broken pipe, as it happens
            _say_on_and_on(one)


def _say_on_and_on(one: Wire) -> None:
    for number in range(100_000):
        one.send(b"X%d: %s\r\n" % (number, b"1" * 100))


def test_trailers_add_nothing_to_what_was_signed(emulator, aws, wire, bucket):
    """Whoever has a link to upload by could copy another object with a header behind what was signed."""
    s3 = signing(emulator, "s3", ACCOUNT, emulator.credentials().secret, signature_version="s3v4")
    link = urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "new"}))
    head = f"PUT {link.path}?{link.query} HTTP/1.1\r\nHost: {link.netloc}\r\nTransfer-Encoding: chunked\r\n"
    copied = f"x-amz-copy-source: /{bucket}/key\r\n"
    with wire() as one:
        one.send(head.encode(), copied.encode(), b"\r\n0\r\n\r\n")
        assert one.answer()[0] == 403  # in the head it is noticed
    with wire() as one:
        one.send(head.encode(), b"\r\n3\r\nown\r\n0\r\n", copied.encode(), b"\r\n")
        assert one.answer()[0] == 200
    assert aws("s3").get_object(Bucket=bucket, Key="new")["Body"].read() == b"own"


def test_requests_that_were_sent_ahead_are_answered_in_turn_and_each_for_itself(wire, who):
    """The second is not signed: it is nobody's, though the one before it was root's."""
    unsigned = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    unsigned += b"Content-Length: %d\r\n\r\n" % len(CALLER)
    with wire() as one:
        one.send(who, unsigned, CALLER, who)
        statuses = [one.answer() for _ in range(3)]
    assert [status for status, _ in statuses] == [200, 403, 200]
    assert b":root" in statuses[2][1]


def test_a_body_comes_in_chunks_and_slowly(wire, asked):
    with wire() as one:
        one.send(asked("Transfer-Encoding: chunked"))
        for letter in CALLER:
            one.send(b"1\r\n", bytes([letter]), b"\r\n")
        one.send(b"0\r\n\r\n")
        status, body = one.answer()
        assert (status, b":root" in body) == (200, True)


def test_who_waits_to_be_asked_for_the_body_is_asked(wire, who):
    head, _, body = who.partition(b"\r\n\r\n")
    with wire() as one:
        one.send(head, b"\r\nExpect: 100-continue\r\n\r\n")
        assert one.answer()[0] == 100
        one.send(body)
        assert one.answer()[0] == 200


def test_a_large_object_goes_in_and_out(aws: Aws, bucket):
    content = b"0123456789abcdef" * 1024 * 1024
    aws("s3").put_object(Bucket=bucket, Key="large", Body=content)
    assert aws("s3").get_object(Bucket=bucket, Key="large")["Body"].read() == content


def test_a_refused_upload_leaves_the_connection_for_the_next_request(wire, who):
    with wire() as one:
        one.send(b"POST /x HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 200000\r\n\r\n", b"x" * 200_000, who)
        assert one.answer()[0] == 403
        assert one.answer()[0] == 200


@pytest.mark.parametrize("apart", [False, True])
def test_another_protocol_is_offered_and_not_taken(wire, who, apart):
    """As Java's client and curl do: the request is answered as if nothing had been offered, with its body."""
    head, _, body = who.partition(b"\r\n\r\n")
    offer = b"\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
    with wire() as one:
        for _ in range(2):
            one.send(head, offer, b"" if apart else body)
            if apart:
                one.send(body)
            assert one.answer()[0] == 200
        one.send(who)
        assert one.answer()[0] == 200


def test_http_1_0_is_answered_and_closed(wire, who):
    with wire() as one:
        one.send(who.replace(b"HTTP/1.1", b"HTTP/1.0", 1))
        assert one.answer()[0] == 200
        assert one.closed()


def test_a_viewer_speaks_http2(emulator, deploy, visit):
    """The preface and an empty frame of settings are answered with the server's settings."""
    made = distribution([ORIGIN], behavior("one", ViewerProtocolPolicy="redirect-to-https"))
    visitor = visit(deploy({"Distribution": made}))
    context = ssl.create_default_context(cafile=str(Home(emulator.home).certificate))
    context.set_alpn_protocols(["h2"])
    plain = socket.create_connection(("127.0.0.1", urlsplit(visitor.secure).port or 0), timeout=30)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
        secure.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        assert secure.recv(9)[3] == 4  # a frame of settings


def test_what_is_being_answered_ends_before_the_server_does(fresh):
    """A stop waits for a request that is under way, and for no idle connection."""
    fresh.up()
    client(fresh, "sqs").create_queue(QueueName="slow")
    with Wire(fresh.port) as idle:
        idle.send(b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert idle.answer()[0] == 403
        fresh.down()
        assert idle.closed()
    fresh.up()
    assert json.dumps(client(fresh, "sqs").list_queues()["QueueUrls"]).count("slow") == 1
