from pkgops.kit import grants
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.queue import DAY, Queue, queues, work_queue
from pkgops.kit.table import Table, table
from pkgops.kit.triggers import QueueTrigger, Schedule, StreamTrigger
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A queue, a schedule with an input of its own, and a table's stream."""
    jobs = work_queue(scope, "shop-jobs", visibility=60)
    failures = queues(scope, [Queue("shop-failures", retention=14 * DAY)])["shop-failures"]
    orders = table(scope, Table("shop-orders", stream="NEW_IMAGE"))
    stream = orders.get_att("StreamArn")
    rows = (
        Function("ship", (QueueTrigger(jobs.arn, batch=5, window=10),), links=(jobs.consume(),), timeout=10),
        Function("report", (Schedule("shop-report", "cron(0 6 ? * MON *)", {"weeks": 1}),)),
        Function(
            "announce",
            (StreamTrigger(stream, failures.arn, {"eventName": ["INSERT"]}),),
            grants=(grants.stream_read(stream), grants.queue_send(failures.arn)),
        ),
    )
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
