from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import HttpRoute
from pkgops.kit.user_pool import UserPool, UserPoolClient, issuer, user_pool, user_pool_client
from pkgops.kit.web.http_api import HttpApi, HttpCors, JwtAuthorizer, http_api
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Orders need a token of the user pool, the catalog is public. Leave `authorizer` and `cors` out for neither."""
    pool = user_pool(scope, UserPool("shop-users", "Your code", "Your code is {####}"))
    app = user_pool_client(scope, pool, UserPoolClient("shop-web"))
    pages = HttpCors(("https://shop.example",), ("GET", "POST"), ("authorization", "content-type"))
    rows = (
        Function("list_orders", (HttpRoute("GET /orders"),)),
        Function("catalog", (HttpRoute("GET /catalog", public=True),)),
    )
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    row = HttpApi("shop", cors=pages, authorizer=JwtAuthorizer("users", issuer(pool), app.ref()))
    scope.output("ApiUrl", http_api(scope, row, made.values()).url)
