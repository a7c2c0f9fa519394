"""A bucket's website: index and error documents, redirects and routing rules, as the website endpoints serve them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from pkgops.local.edge.messages import Headers, Request, Response

_PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1><ul><li>Code: {code}</li></ul></body></html>"
_PHRASES = {403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}


def serve(bucket: str, request: Request) -> Response:
    """The website's answer, which is what everybody may read. Blocks."""
    from ministack.services import cloudfront, s3

    owner = s3._bucket_owner_account(bucket)
    if owner is None:
        return _error(404, "NoSuchBucket")
    document = s3._bucket_websites.get_scoped(owner, None, bucket)
    if not document:
        return _error(404, "NoSuchWebsiteConfiguration")
    if request.method not in ("GET", "HEAD"):
        return _error(405, "MethodNotAllowed")
    return _Website(s3, owner, bucket, cloudfront.fromstring(document)).answer(request)


class _Website:
    """One bucket's configuration."""

    def __init__(self, s3: Any, owner: str, bucket: str, config: Any) -> None:
        self._s3, self._owner, self._bucket, self._config = s3, owner, bucket, config

    def answer(self, request: Request) -> Response:
        everything = self._config.find("{*}RedirectAllRequestsTo")
        if everything is not None:
            return _redirect(everything, 301, request.uri.removeprefix("/"))
        key = unquote(request.uri).removeprefix("/")
        index = self._config.findtext("{*}IndexDocument/{*}Suffix") or ""
        if ruled := self._ruled(key, 0):
            return ruled
        wanted = f"{key}{index}" if index and (not key or key.endswith("/")) else key
        found = self._object(wanted, request)
        if found.status == 404 and index and self._there(f"{key}/{index}"):
            return Response(302, Headers([("Location", f"/{quote(key)}/")]))
        if found.status < 400:
            return found
        return self._ruled(key, found.status) or self._failed(found, request)

    def _there(self, key: str) -> bool:
        return key in self._s3._buckets.get_scoped(self._owner, None, self._bucket)["objects"]

    def _object(self, key: str, request: Request) -> Response:
        if not self._s3._foreign_bucket_allows(self._owner, self._bucket, key, "GET", {}, ""):
            return _error(403, "AccessDenied")
        if not self._there(key):
            listed = self._s3._foreign_bucket_allows(self._owner, self._bucket, "", "GET", {}, "")
            return _error(404, "NoSuchKey") if listed else _error(403, "AccessDenied")
        status, lines, body = self._s3._get_object(self._bucket, key, request.headers.joined(), {})
        pairs = lines.items() if isinstance(lines, dict) else lines
        headers = Headers((str(name), str(value)) for name, value in pairs)
        if where := headers.get("x-amz-website-redirect-location"):
            return Response(301, Headers([("Location", where)]))
        return Response(status, headers, b"" if request.method == "HEAD" else body or b"")

    def _failed(self, found: Response, request: Request) -> Response:
        page = self._config.findtext("{*}ErrorDocument/{*}Key") or ""
        shown = self._object(page, request) if page else found
        return Response(found.status, shown.headers, shown.body) if shown.status == 200 else found

    def _ruled(self, key: str, status: int) -> Response | None:
        for rule in self._config.iterfind("{*}RoutingRules/{*}RoutingRule"):
            prefix = rule.findtext("{*}Condition/{*}KeyPrefixEquals") or ""
            code = int(rule.findtext("{*}Condition/{*}HttpErrorCodeReturnedEquals") or 0)
            redirect = rule.find("{*}Redirect")
            if redirect is None or code != status or not key.startswith(prefix):
                continue
            instead = redirect.findtext("{*}ReplaceKeyPrefixWith")
            target = redirect.findtext("{*}ReplaceKeyWith") or (
                key if instead is None else instead + key.removeprefix(prefix)
            )
            return _redirect(redirect, int(redirect.findtext("{*}HttpRedirectCode") or 301), quote(target))
        return None


def _redirect(element: Any, status: int, path: str) -> Response:
    host = element.findtext("{*}HostName") or ""
    protocol = element.findtext("{*}Protocol") or "http"
    return Response(status, Headers([("Location", f"{protocol}://{host}/{path}" if host else f"/{path}")]))


def _error(status: int, code: str) -> Response:
    page = _PAGE.format(status=f"{status} {_PHRASES[status]}", code=code)
    return Response(status, Headers([("Content-Type", "text/html; charset=utf-8")]), page.encode())
