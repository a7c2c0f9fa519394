from troposphere import sqs

from pkgops.kit.naming import arn, logical_id
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A resource of troposphere's, named as the kit names its own: `OrdersQueue`, called `shop-orders-dev`."""
    queue = scope.add(
        sqs.Queue(
            logical_id(scope, "shop-orders", "Queue"),
            QueueName=scope.named("shop-orders"),
            SqsManagedSseEnabled=True,
        )
    )
    scope.output("OrdersUrl", queue.ref())
    scope.output("CustomersArn", arn("dynamodb", "table/customers-2019"))
