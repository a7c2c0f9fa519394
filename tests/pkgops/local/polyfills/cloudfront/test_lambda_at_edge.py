"""Contract: functions of Lambda@Edge run for each of the four events, and what they answer is what counts."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.pkgops.local.edge.site import (
    PAGES,
    associated,
    behavior,
    bucket_origin,
    distribution,
    edge_function,
    edge_role,
    readable,
)

pytestmark = pytest.mark.emulator

MARK = """
def handler(event, context):
    cf = event['Records'][0]['cf']
    kind = cf['config']['eventType']
    print('saw', kind)
    side = cf['response'] if 'response' in cf else cf['request']
    seen = [line['value'] for line in side['headers'].get('x-seen', [])]
    side['headers']['x-seen'] = [{'key': 'X-Seen', 'value': ', '.join([*seen, kind])}]
    if kind == 'origin-request':
        side['headers'].pop('x-seen')
        side['uri'] = '/app/page.html'
    return side
"""
GATE = """
import json
def handler(event, context):
    cf = event['Records'][0]['cf']
    request = cf['request']
    if request['uri'] == '/login':
        request['uri'] = '/index.html'
        return request
    if request['uri'] == '/event':
        return {'status': '200', 'body': json.dumps(cf)}
    if request['uri'] == '/raise':
        raise ValueError('out of order')
    if request['uri'] == '/none':
        return None
    if request['uri'] == '/host':
        request['headers']['host'][0]['value'] = 'other.example'
        return request
    if request['uri'] == '/long':
        return {'status': '200', 'body': 'x' * 41_000}
    if request['uri'] == '/slow':
        import time
        time.sleep(30)
    host = request['headers']['host'][0]['value']
    cookies = [{'key': 'Set-Cookie', 'value': f'{name}=; Max-Age=0; Secure'} for name in ('a', 'b')]
    location = [{'key': 'Location', 'value': f'https://{host}/login'}]
    return {'status': '302', 'statusDescription': 'Found', 'headers': {'location': location, 'set-cookie': cookies}}
"""
BODY = """
import base64
def handler(event, context):
    body = event['Records'][0]['cf']['request']['body']
    data = base64.b64decode(body['data']).decode()
    return {'status': '200', 'body': f"{data[:5]} {len(data)} {body['inputTruncated']}"}
"""
ORIGIN = """
def handler(event, context):
    request = event['Records'][0]['cf']['request']
    request['origin']['s3']['path'] = '/app'
    return request
"""
RESPONSE = """
def handler(event, context):
    response = event['Records'][0]['cf']['response']
    if response['status'] == '403':
        response['status'] = 200
        response['body'] = 'made here'
        response['headers']['content-type'] = [{'key': 'Content-Type', 'value': 'text/plain'}]
    return response
"""


def site_of(site, functions, **behaviors):
    """A distribution whose default behaviour has the functions."""
    default = behavior(site, LambdaFunctionAssociations=associated(**functions), **behaviors)
    return {"Role": edge_role(), **readable(site), "Distribution": distribution([bucket_origin(site)], default)}


def test_all_four_events_run_in_their_order(deploy, visit, site, aws):
    events = dict.fromkeys(("viewer_request", "origin_request", "origin_response", "viewer_response"), "Mark")
    stack = deploy({**site_of(site, events), **edge_function("Mark", MARK)})
    answer = visit(stack).get("/any")
    assert (answer.status_code, answer.text) == (200, PAGES["app/page.html"])
    assert answer.headers["x-seen"] == "origin-response, viewer-response"
    group = f"/aws/lambda/us-east-1.{stack.physical('Mark')}"
    said = [row["message"].strip() for row in aws("logs").filter_log_events(logGroupName=group)["events"]]
    order = [line.removeprefix("saw ") for line in said if line.startswith("saw ")]
    assert order == ["viewer-request", "origin-request", "origin-response", "viewer-response"]


@pytest.fixture(name="gate")
def gated(deploy, visit, site):
    """The viewer of a site behind a gate."""
    default = behavior(site, LambdaFunctionAssociations=associated(viewer_request="Gate"))
    config = distribution([bucket_origin(site)], default, DefaultRootObject="index.html")
    stack = deploy({"Role": edge_role(), **readable(site), **edge_function("Gate", GATE), "Distribution": config})
    return visit(stack)


def test_a_gate_sends_to_the_login_and_lets_through(gate):
    answer = gate.get("/anything?x=1")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{gate.secure}/login")
    assert answer.headers.get_list("set-cookie") == ["a=; Max-Age=0; Secure", "b=; Max-Age=0; Secure"]
    assert answer.headers["x-cache"] == "LambdaGeneratedResponse from cloudfront"
    assert gate.get("/login").text == PAGES["index.html"]
    assert gate.get("/login", secure=True).text == PAGES["index.html"]


def test_the_event_is_that_of_the_viewer(gate):
    headers = [("Cookie", "a=1; b=2"), ("X-Own", "1"), ("X-Own", "2")]
    cf = json.loads(gate.get("/event?b=%20&a=1", headers=headers).text)
    request = cf["request"]
    assert (request["method"], request["uri"], request["querystring"]) == ("GET", "/event", "b=%20&a=1")
    assert request["clientIp"] == "127.0.0.1"
    assert [line["value"] for line in request["headers"]["x-own"]] == ["1", "2"]
    assert [line["value"] for line in request["headers"]["cookie"]] == ["a=1; b=2"]
    assert request["headers"]["host"] == [{"key": "Host", "value": gate.plain.partition("://")[2]}]
    assert cf["config"]["eventType"] == "viewer-request"
    assert cf["config"]["distributionDomainName"].endswith(".cloudfront.net")
    assert "x-forwarded-proto" not in request["headers"]


@pytest.mark.parametrize(
    ("path", "status", "cause"),
    [
        ("/raise", 503, "LambdaExecutionError"),
        ("/none", 502, "LambdaValidationError"),
        ("/host", 502, "LambdaValidationError"),
        ("/long", 502, "LambdaValidationError"),
    ],
)
def test_functions_that_fail_are_answered_as_cloudfront_does(gate, path, status, cause):
    answer = gate.get(path)
    assert (answer.status_code, answer.headers["x-cache"]) == (status, f"{cause} from cloudfront")
    assert "out of order" not in answer.text


def test_a_body_reaches_the_function_that_asks_for_it(deploy, visit, site):
    resources = site_of(site, {"viewer_request": ("Body", True)}, AllowedMethods=[*METHODS])
    visitor = visit(deploy({**resources, **edge_function("Body", BODY)}))
    assert visitor.get("/", "POST", content=b"hello").text == "hello 5 False"
    assert visitor.get("/", "POST", content=b"x" * 40_961).text == "xxxxx 40960 True"


METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")


def test_an_origin_request_changes_the_origin(deploy, visit, site):
    visitor = visit(deploy({**site_of(site, {"origin_request": "Origin"}), **edge_function("Origin", ORIGIN)}))
    assert visitor.get("/page.html").text == PAGES["app/page.html"]


def test_an_origin_response_replaces_an_error(deploy, visit, site):
    visitor = visit(deploy({**site_of(site, {"origin_response": "Response"}), **edge_function("Response", RESPONSE)}))
    answer = visitor.get("/missing")
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, "made here", "text/plain")
    assert visitor.get("/index.html").text == PAGES["index.html"]


@pytest.mark.skipif(not shutil.which("node"), reason="it runs in Node.js")
def test_functions_may_be_javascript(deploy, visit, site, aws):
    code = """
    exports.handler = async (event) => {
      const request = event.Records[0].cf.request;
      console.log('at the edge');
      return { status: '200', body: request.uri + event.Records[0].cf.config.eventType };
    };
    """
    function = edge_function("Gate", code, Runtime="nodejs20.x")
    stack = deploy({**site_of(site, {"viewer_request": "Gate"}), **function})
    assert visit(stack).get("/x").text == "/xviewer-request"
    group = f"/aws/lambda/us-east-1.{stack.physical('Gate')}"
    said = [row["message"] for row in aws("logs").filter_log_events(logGroupName=group)["events"]]
    assert any("at the edge" in line for line in said)


def test_a_new_version_takes_over(deploy, visit, site):
    code = "def handler(event, context):\n    return {'status': '200', 'body': 'one'}\n"
    template = site_of(site, {"viewer_request": "Gate"})
    stack = deploy({**template, **edge_function("Gate", code)})
    assert visit(stack).get("/").text == "one"
    changed = edge_function("Gate", code.replace("one", "two"))
    changed["SecondVersion"] = changed.pop("GateVersion")
    template["Distribution"] = distribution(
        [bucket_origin(site)], behavior(site, LambdaFunctionAssociations=associated(viewer_request="Second"))
    )
    assert visit(stack.update({"Resources": {**template, **changed}})).get("/").text == "two"
