from pkgops.kit import grants
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Permissions for which there is no link."""
    row = Function("send_receipt", grants=(grants.mail_send("shop.example"), grants.metrics("Shop")))
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), [row])
