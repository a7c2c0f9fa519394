from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.links import ExistingQueue, ExistingTable, secret
from pkgops.kit.queue import work_queue
from pkgops.kit.table import Table, table
from pkgops.kit.triggers import QueueTrigger
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """`ship` finds the variables ORDERS_TABLE, CUSTOMERS, INVOICES_URL and CARRIER_TOKEN_SECRET, and may do exactly
    that."""
    orders = table(scope, Table("shop-orders"))
    customers = ExistingTable("customers-2019", "CUSTOMERS")  # a table of another team
    invoices = ExistingQueue(scope.use("billing.QueueUrl"), scope.use("billing.QueueArn"), "INVOICES_URL")
    jobs = work_queue(scope, "shop-jobs", visibility=60)
    token = secret(scope, "shop/carrier-token")
    row = Function(
        "ship",
        (QueueTrigger(jobs.arn),),
        links=(jobs.consume(), orders.read_write(), customers.only("GetItem"), invoices.send(), token.read()),
        timeout=10,
    )
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), [row])
