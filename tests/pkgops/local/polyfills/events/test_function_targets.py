"""Contract: a function that a rule or a topic invokes is tried again, and its failure is kept."""

from __future__ import annotations

import json

import pytest

from tests.waiting import eventually

pytestmark = pytest.mark.emulator
FAILING = """
def handler(event, context):
    raise RuntimeError("not today")
"""


@pytest.fixture
def failing(function, aws, unique):
    """A function that fails, and the queue that its failures go to."""
    made, sqs = function(FAILING), aws("sqs")
    queue = sqs.create_queue(QueueName=unique("failures"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws("lambda").put_function_event_invoke_config(
        FunctionName=made.name, MaximumRetryAttempts=1, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    address = aws("lambda").get_function(FunctionName=made.name)["Configuration"]["FunctionArn"]

    def failures():
        return sqs.receive_message(QueueUrl=queue).get("Messages", [])

    return made, address, failures


def tried(function):
    return len([line for line in function.log() if line.startswith("[ERROR] RuntimeError: not today")])


def test_a_rules_target(failing, aws, unique):
    function, arn, failures = failing
    events, name = aws("events"), unique("rule")
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "one", "Arn": arn}])
    events.put_events(Entries=[{"Source": name, "DetailType": "x", "Detail": '{"a": 1}'}])
    [message] = eventually(failures)
    assert json.loads(message["Body"])["requestPayload"]["detail"] == {"a": 1}
    assert tried(function) == 2
    events.remove_targets(Rule=name, Ids=["one"])
    events.delete_rule(Name=name)


def test_a_topics_subscriber(failing, aws, unique):
    function, arn, failures = failing
    sns = aws("sns")
    topic = sns.create_topic(Name=unique("topic"))["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn, ReturnSubscriptionArn=True)
    sns.publish(TopicArn=topic, Message="text")
    [message] = eventually(failures)
    [record] = json.loads(message["Body"])["requestPayload"]["Records"]
    assert record["Sns"]["Message"] == "text"
    assert record["EventSubscriptionArn"] == subscription["SubscriptionArn"]
    assert tried(function) == 2
    sns.delete_topic(TopicArn=topic)
