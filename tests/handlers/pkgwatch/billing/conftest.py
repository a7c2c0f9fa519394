"""Fixtures of the functions that sell, with a local Stripe."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import stripe as sdk

from handlers.common import aws
from handlers.pkgwatch.accounts.api_keys import key_hash
from handlers.pkgwatch.api.create_checkout import handler as checkout_handler
from handlers.pkgwatch.api.stripe_webhook import handler as webhook_handler
from handlers.pkgwatch.billing import stripe_client
from handlers.pkgwatch.runtime.settings import settings
from tests.emulator import archive
from tests.handlers.gateway import Answer, call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import cookie
from tests.waiting import SOON

SIGNING = "whsec_of_these_tests"


@pytest.fixture(scope="session")
def stripe_address() -> Iterator[str]:
    """A local Stripe that serves alone."""
    command = [sys.executable, "-m", "companions.pkgwatch.stripe", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().split()[-1]
        server.terminate()


@pytest.fixture(scope="session")
def arranged(aws: Callable[[str], Any], stripe_address: str) -> dict[str, str]:
    """Secrets and a topic; the environment that leads functions to them and to Stripe."""
    vault, topics, queues = (aws(service) for service in ("secretsmanager", "sns", "sqs"))
    vault.create_secret(Name="test/stripe", SecretString=json.dumps({"key": "sk_test_of_these_tests"}))
    vault.create_secret(Name="test/webhook", SecretString=SIGNING)
    topic = topics.create_topic(Name="alerts")["TopicArn"]
    queue = queues.create_queue(QueueName="alerts")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sender = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**sender, "Resource": arn}]}
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return {
        "STRIPE_SECRET_ARN": "test/stripe",
        "STRIPE_WEBHOOK_SECRET_ARN": "test/webhook",
        "STRIPE_API_BASE": stripe_address,
        "STRIPE_PRICE_STARTER": "price_local_starter",
        "STRIPE_PRICE_PRO": "price_local_pro",
        "STRIPE_PRICE_BUSINESS": "price_local_business",
        "ALERT_TOPIC_ARN": topic,
        "BASE_URL": "https://pkgwatch.dev",
        "ALERTS": queue,
    }


@pytest.fixture(scope="module", autouse=True)
def selling(environment: pytest.MonkeyPatch, arranged: dict[str, str]) -> Iterator[None]:
    """The functions' environment with everything selling needs."""
    with environment.context() as patch:
        for name, value in arranged.items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield
    settings.cache_clear()


@dataclass(frozen=True)
class Shop:
    """Buyers, the client of the local Stripe, and the events that Stripe sends."""

    world: Any
    api: Any
    alerts_url: str

    def buyer(self, tier: str = "free", **more: Any) -> tuple[str, str]:
        """A user with an address of their own, one key and a record: the user id and the address."""
        email = f"buyer-{secrets.token_hex(6)}@example.com"
        clear, owner = self.world.user(tier, email=email, requests_this_month=7)
        self.world.keys.update((owner, "USER_META"), "SET tier = :tier", {"tier": tier})
        key = (owner, key_hash(clear))
        self.world.keys.update(key, "SET email = :email, requests_this_month = :n", {"email": email, "n": 7})
        if more:
            change = "SET " + ", ".join(f"#{name} = :{name}" for name in more)
            self.world.keys.update(key, change, more)
        return owner, email

    def another_key(self, owner: str, **more: Any) -> str:
        """A further key of a user; its sort key."""
        hashed = secrets.token_hex(32)
        self.world.keys.put({"pk": owner, "sk": hashed, "key_hash": hashed, "tier": "free", **more})
        return hashed

    def subscriber(self, tier: str = "starter") -> tuple[str, Any]:
        """A buyer who has paid, as Stripe and the tables know it: the user id, and Stripe's checkout session."""
        owner, email = self.buyer()
        session = self.paid(owner, email, tier)
        assert self.deliver("checkout.session.completed", session.to_dict()).status == 200
        return owner, session

    def paid(self, owner: str, email: str, tier: str = "starter") -> Any:
        """Goes through a checkout; Stripe's session afterwards."""
        answer = self.ask(checkout_handler, owner, {"tier": tier}, email)
        url = answer.json["checkout_url"]
        assert httpx.post(url).status_code == 303
        return self.api.checkout.sessions.retrieve(url.rpartition("/")[2])

    def ask(self, handler: Any, owner: str, body: Any = None, email: str = "a@example.com") -> Answer:
        """Posts something as that user's browser."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        return call(handler, proxy_event("POST", headers=cookie(owner, email), body=text))

    def keys(self, owner: str) -> list[dict[str, Any]]:
        """The user's key records."""
        return [item for item in self.world.keys.partition(owner, consistent=True) if "key_hash" in item]

    def event(self, kind: str, thing: Any, **more: Any) -> dict[str, Any]:
        """An event as Stripe would make it, its id new."""
        made = {"id": f"evt_{secrets.token_hex(8)}", "object": "event", "type": kind, "created": int(time.time())}
        return {**made, "livemode": False, "data": {"object": thing}, **more}

    def deliver(self, kind: str, thing: Any) -> Answer:
        """Sends a new event to the webhook."""
        return self.send(self.event(kind, thing))

    def send(self, event: Any, signature: str | None = None) -> Answer:
        """Sends an event to the webhook, with a valid signature unless another is given."""
        body = event if isinstance(event, str) else json.dumps(event, default=str)
        signed = sdk.WebhookSignature.generate_signature_header(body, SIGNING) if signature is None else signature
        headers = {"Stripe-Signature": signed} if signed else {}
        return call(webhook_handler, proxy_event("POST", "/webhooks/stripe", headers=headers, body=body))

    def record(self, event: dict[str, Any]) -> dict[str, Any]:
        """The record of an event."""
        return self.world.billing.get((event["id"], event["type"]), consistent=True) or {}

    def alerts(self) -> list[dict[str, Any]]:
        """Takes the alerts to the operators."""
        sqs = aws.client("sqs")
        received = sqs.receive_message(QueueUrl=self.alerts_url, MaxNumberOfMessages=10).get("Messages", [])
        for message in received:
            sqs.delete_message(QueueUrl=self.alerts_url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in received]


@dataclass(frozen=True)
class Recorder:
    """A deployed function that keeps what it is called with."""

    name: str
    queue_url: str

    def called_with(self) -> Any:
        sqs = aws.client("sqs", 1)
        deadline = time.monotonic() + SOON
        while not (found := sqs.receive_message(QueueUrl=self.queue_url).get("Messages")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return json.loads(found[0]["Body"])


@pytest.fixture
def recorder(world: Any, role: str) -> Iterator[Recorder]:
    """A deployed function, deleted after the test."""
    name = f"recorder-{secrets.token_hex(4)}"
    queue = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    code = (
        "import json, os, boto3\n"
        "def handler(event, context):\n"
        "    sqs = boto3.client('sqs', endpoint_url=os.environ['WHERE'], region_name='us-east-1',\n"
        "                       aws_access_key_id=os.environ['WHO'], aws_secret_access_key=os.environ['SECRET'])\n"
        "    sqs.send_message(QueueUrl=os.environ['QUEUE'], MessageBody=json.dumps(event))\n"
    )
    root = world.emulator.credentials()
    variables = {"WHERE": world.emulator.endpoint, "QUEUE": queue, "WHO": root.key, "SECRET": root.secret}
    functions = aws.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Timeout=20,
        Code={"ZipFile": archive({"app.py": code})},
        Environment={"Variables": variables},
    )
    yield Recorder(name, queue)
    functions.delete_function(FunctionName=name)


@pytest.fixture
def shop(world: Any, arranged: dict[str, str]) -> Shop:
    """Buyers and events of Stripe."""
    return Shop(world, stripe_client.stripe().v1, arranged["ALERTS"])
