"""What SNS answers of subscriptions that wait, and of those that do not."""

from __future__ import annotations

from pkgops.aws.connection.retry_policy import NO_RETRIES
from pkgops.aws.ports import AwsPorts
from pkgops.model import Stage
from tests.pkgops.aws.test_foreign_answers import Imposter

ROW = "<member><Endpoint>{}</Endpoint><Protocol>email</Protocol><SubscriptionArn>{}</SubscriptionArn></member>"
CONFIRMED = "arn:aws:sns:us-east-1:123456789012:alarms:8b1c"
ANSWER = (
    '<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">'
    "<ListSubscriptionsByTopicResult><Subscriptions>"
    + ROW.format("ops@example.com", "PendingConfirmation")
    + ROW.format("boss@example.com", CONFIRMED)
    + "</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>"
)


def test_who_has_not_confirmed_waits() -> None:
    imposter = Imposter()
    imposter.body, imposter.kind = ANSWER.encode(), "text/xml"
    try:
        ports = AwsPorts(Stage("local"), f"http://127.0.0.1:{imposter.server.server_address[1]}", NO_RETRIES)
        assert ports.topics.unconfirmed("arn:aws:sns:us-east-1:123456789012:alarms") == ["ops@example.com"]
    finally:
        imposter.server.shutdown()
        imposter.server.server_close()
        imposter.thread.join(10)
