from pkgops.kit import grants
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.mail import mail_identity
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    records = mail_identity(scope, "shop.example")
    row = Function("send_receipt", grants=(grants.mail_send("shop.example"),))
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), [row])
    scope.output("MailDnsRecords", records)
