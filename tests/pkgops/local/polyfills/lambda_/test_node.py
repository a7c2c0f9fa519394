"""Contract: functions of Node.js run as on AWS Lambda, as those of Python do."""

from __future__ import annotations

import shutil

import httpx
import pytest

from tests.emulator import archive

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js on the path"),
]


@pytest.fixture
def node(function):
    def create(code, **settings):
        files = settings.pop("files", {"app.mjs": code})
        return function("", Runtime="nodejs22.x", Code={"ZipFile": archive(files)}, **settings)

    return create


def test_the_environment_is_lambdas_and_the_functions_own(node):
    seen = node("export const handler = async () => ({ ...process.env });", Environment={"Variables": {"TABLE": "a"}})()
    assert seen["TABLE"] == "a"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_nodejs22.x"
    assert seen["_HANDLER"] == "app.handler"
    assert not [name for name in seen if name.startswith(("PKGOPS", "MINISTACK", "STATE_", "GATEWAY", "AUTH"))]


def test_a_module_may_wait_before_it_answers_and_is_loaded_once(node):
    called = node("""
        await new Promise((resolve) => setTimeout(resolve, 5));
        let calls = 0;
        export const handler = async (event, context) => [++calls, event, context.awsRequestId.length];
        """)
    assert called({"a": 1}) == [1, {"a": 1}, 36]
    assert called([2])[:2] == [2, [2]]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"app.js": "exports.handler = (event, context, back) => back(null, event + 1);"}, 42),
        ({"app.cjs": "module.exports = { handler: async (event) => event + 1 };"}, 42),
        ({"app.js": "exports.handler = (event) => event + 1;"}, 42),
        ({"app.js": "export const handler = async () => undefined;", "package.json": '{"type": "module"}'}, None),
    ],
)
def test_every_form_of_a_handler_is_called(node, files, expected):
    assert node("", files=files)(41) == expected


def test_an_error_is_reported_and_keeps_the_environment(node):
    broken = node("""
        let calls = 0;
        export const handler = async (event) => {
          calls += 1;
          if (event) throw new TypeError("no such\\npackage");
          return calls;
        };
        """)
    answer = broken("fail")
    assert (answer["errorType"], answer["errorMessage"]) == ("TypeError", "no such\npackage")
    assert any("app.mjs" in frame for frame in answer["trace"])
    assert broken() == 2
    assert len([line for line in broken.log() if line.startswith("ERROR\tTypeError: no such\npackage")]) == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import './not-packaged.mjs';", "Error"),
        ("export const other = 1;", "Runtime.HandlerNotFound"),
        ("export const handler = (;", "Runtime.UserCodeSyntaxError"),
        ("throw new RangeError('setting');", "RangeError"),
        ("await Promise.reject(new RangeError('later'));", "RangeError"),
    ],
)
def test_a_function_that_cannot_start_says_why(node, code, kind):
    broken = node(code)
    assert broken()["errorType"] == kind
    assert [line for line in broken.log() if line.startswith(f"ERROR\t{kind}: ")]


def test_what_is_printed_is_in_the_log_by_record(node):
    logging = node("""
        export const handler = async () => {
          console.log("collected %s\\nand more", "react");
          console.error({ status: 500 });
          process.stdout.write("plain\\n");
        };
        """)
    logging()
    lines = logging.log()
    assert any(line.endswith("\tINFO\tcollected react\nand more") for line in lines)
    assert any(line.endswith("\tERROR\t{ status: 500 }") for line in lines)
    assert "plain" in lines


def test_an_answer_in_pieces_arrives_as_a_whole(node):
    streamed = node("""
        export const handler = awslambda.streamifyResponse(async (event, stream) => {
          const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-a": "b" } });
          answer.write("one ");
          await new Promise((resolve) => setTimeout(resolve, 5));
          answer.end("two");
        });
        """)
    answer = streamed({})
    assert answer == {"statusCode": 201, "headers": {"x-a": "b"}, "body": "b25lIHR3bw==", "isBase64Encoded": True}


def test_a_function_ends_at_its_timeout_and_is_started_again(node):
    slow = node(
        "export const handler = (event) => event ? new Promise(() => setInterval(() => 0, 99)) : 'quick';", Timeout=1
    )
    assert slow("wait")["errorType"] == "Sandbox.Timedout"
    assert slow() == "quick"


def test_an_answer_that_is_too_large_is_an_error(node):
    assert (
        node("export const handler = () => 'a'.repeat(7 * 1024 * 1024);")()["errorType"]
        == "Function.ResponseSizeTooLarge"
    )
    assert len(node("export const handler = () => 'a'.repeat(5 * 1024 * 1024);")()) == 5 * 1024 * 1024


def test_a_streaming_url_passes_status_headers_and_bytes_on(node, aws, emulator):
    streamed = node("""
        export const handler = awslambda.streamifyResponse(async (event, stream) => {
          const headers = { "content-type": "text/plain", "x-path": event.rawPath };
          const about = { statusCode: 201, headers, cookies: ["a=1", "b=2"] };
          const answer = awslambda.HttpResponseStream.from(stream, about);
          answer.write(Buffer.from([0, 255]));
          answer.end("two");
        });
        """)
    target = {"FunctionName": streamed.name}
    url = aws("lambda").create_function_url_config(**target, AuthType="NONE", InvokeMode="RESPONSE_STREAM")[
        "FunctionUrl"
    ]
    label = url.partition("//")[2].partition(".")[0]
    answer = httpx.get(f"{emulator.endpoint}/_aws/lambda-url/{label}/x/y", trust_env=False)
    assert (answer.status_code, answer.headers["x-path"], answer.content) == (201, "/x/y", b"\x00\xfftwo")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
