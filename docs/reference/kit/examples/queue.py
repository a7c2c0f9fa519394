from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.queue import work_queue
from pkgops.kit.triggers import HttpRoute, QueueTrigger
from pkgops.kit.web.http_api import HttpApi, http_api
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """One function sends, the worker consumes; what fails three times ends in `shop-jobs-dlq`."""
    jobs = work_queue(scope, "shop-jobs", visibility=60)
    rows = (
        Function("order", (HttpRoute("POST /orders"),), links=(jobs.send(),)),
        Function("ship", (QueueTrigger(jobs.arn),), links=(jobs.consume(),), timeout=10),
    )
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    http_api(scope, HttpApi("shop"), made.values())
    scope.output("DeadLettersName", jobs.dead_letters)
