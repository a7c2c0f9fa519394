"""Contract: CloudFront Functions change what viewers ask and are answered."""

from __future__ import annotations

import shutil

import pytest

from tests.pkgops.local.edge.recorder import recording
from tests.pkgops.local.edge.site import PAGES, behavior, bucket_origin, distribution, readable

pytestmark = [pytest.mark.emulator, pytest.mark.skipif(not shutil.which("node"), reason="they run in Node.js")]

REQUEST = """
async function handler(event) {
  const request = event.request;
  if (event.viewer.ip !== '127.0.0.1' || event.context.eventType !== 'viewer-request') throw new Error('event');
  if (request.uri === '/throw') throw new Error('out of order');
  if (request.uri === '/nothing') return null;
  if (request.uri === '/old') {
    return { statusCode: 301, statusDescription: 'Moved', headers: { location: { value: '/new' } },
             cookies: { a: { value: '1', attributes: 'Path=/; Secure' } }, body: 'moved' };
  }
  if (request.uri === '/host') request.headers.host = { value: 'evil.example' };
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
  if (request.querystring.page) {
    request.uri = '/app/' + request.querystring.page.value + '.html';
    request.querystring = { kept: { value: 'a%20b' } };
  }
  return request;
}
"""
RESPONSE = """
function handler(event) {
  const response = event.response;
  response.headers['x-uri'] = { value: event.request.uri };
  response.headers['x-status'] = { value: String(response.statusCode) };
  delete response.headers['etag'];
  return response;
}
"""
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"


def script(name, code):
    properties = {
        "Name": name,
        "AutoPublish": True,
        "FunctionCode": code,
        "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"},
    }
    return {"Type": "AWS::CloudFront::Function", "Properties": properties}


def associations(**names):
    return [
        {"EventType": event.replace("_", "-"), "FunctionARN": {"Fn::GetAtt": [name, "FunctionARN"]}}
        for event, name in names.items()
    ]


@pytest.fixture(name="visitor")
def scripted(deploy, visit, site, unique):
    both = associations(viewer_request="Request", viewer_response="Response")
    config = distribution([bucket_origin(site)], behavior(site, FunctionAssociations=both))
    resources = {
        "Request": script(unique("request"), REQUEST),
        "Response": script(unique("response"), RESPONSE),
        **readable(site),
        "Distribution": config,
    }
    return visit(deploy(resources))


def test_a_request_is_rewritten_and_its_response_changed(visitor):
    answer = visitor.get("/any?page=page")
    assert (answer.status_code, answer.text) == (200, PAGES["app/page.html"])
    assert (answer.headers["x-uri"], answer.headers["x-status"]) == ("/app/page.html", "200")
    assert "etag" not in answer.headers


def test_a_script_answers_by_itself(visitor):
    answer = visitor.get("/old")
    assert (answer.status_code, answer.headers["location"], answer.text) == (301, "/new", "moved")
    assert answer.headers["set-cookie"] == "a=1; Path=/; Secure"
    assert answer.headers["x-cache"] == "FunctionGeneratedResponse from cloudfront"
    assert "x-status" not in answer.headers


@pytest.mark.parametrize("path", ["/throw", "/nothing"])
def test_a_script_that_fails_is_answered_with_503(visitor, path):
    assert visitor.get(path).status_code == 503


def test_errors_of_the_origin_are_not_shown_to_scripts(visitor):
    assert "x-status" not in visitor.get("/missing").headers


def test_what_a_script_sets_reaches_the_origin(deploy, visit, unique):
    with recording() as server:
        rows = associations(viewer_request="Request")
        default = behavior("server", FunctionAssociations=rows, OriginRequestPolicyId=ALL_BUT_HOST)
        config = distribution([server.origin()], default)
        visitor = visit(deploy({"Request": script(unique("request"), REQUEST), "Distribution": config}))
        own = visitor.plain.partition("://")[2]
        visitor.get("/host", headers=[("X-Two", "1"), ("X-Two", "2"), ("Cookie", "a=1; b=2")])
        _, path, sent, _ = server.asked[-1]
        assert (path, sent["x-forwarded-host"]) == ("/host", "evil.example")
        assert sent["host"] != "evil.example"
        assert sent["cookie"] == "a=1; b=2"
        visitor.get("/any?page=x&other=1")
        assert server.asked[-1][1] == "/app/x.html?kept=a%20b"
        assert server.asked[-1][2]["x-forwarded-host"] == own
