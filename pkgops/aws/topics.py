"""Topics of SNS: the `Topics` port."""

from __future__ import annotations

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError

_PENDING = "PendingConfirmation"  # in the place of the subscription's ARN


class SnsTopics:
    """`pkgops.ports.topics.Topics` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def unconfirmed(self, topic: str) -> list[str]:
        from botocore.exceptions import ClientError

        try:
            with translated("sns:ListSubscriptionsByTopic"):
                pages = self._clients.get("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
                rows = [row for page in pages for row in page.get("Subscriptions", [])]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "NotFound":
                return []
            raise PkgopsError(f"The subscriptions of {topic} cannot be read: {code}") from None
        return [str(row["Endpoint"]) for row in rows if row.get("SubscriptionArn") == _PENDING]
