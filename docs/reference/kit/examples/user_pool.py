from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.user_pool import UserPool, UserPoolClient, issuer, user_pool, user_pool_client
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), [Function("pre_sign_up")])
    row = UserPool(
        "shop-users", "Your code", "Your code is {####}", triggers={"PreSignUp": made["pre_sign_up"]}, protected=True
    )
    pool = user_pool(scope, row)
    app = user_pool_client(scope, pool, UserPoolClient("shop-web", refresh_days=7))
    scope.output("ClientId", app.ref())
    scope.output("Issuer", issuer(pool))
