from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import WebSocketRoute
from pkgops.kit.web.websocket_api import RequestAuthorizer, WebSocketApi, connections, websocket_api
from pkgops.scope import Scope

STAGE = "live"


def build(scope: Scope) -> None:
    """A chat: `authorizer` decides who may connect, `message` gets every frame and posts to the others."""
    rows = (
        Function("authorizer"),
        Function("connect", (WebSocketRoute("$connect"),)),
        Function("disconnect", (WebSocketRoute("$disconnect"),)),
        Function("message", (WebSocketRoute("$default"),), links=(connections(STAGE),)),
    )
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    guard = RequestAuthorizer("tokens", made["authorizer"], ("route.request.querystring.token",))
    built = websocket_api(scope, WebSocketApi("shop-chat", STAGE, guard, rate=500, burst=1000), made.values())
    scope.output("ChatUrl", built.url)
