"""What a row of PkgWatch's API may name: links, and permissions and variables that are no link."""

from __future__ import annotations

from typing import Any

from awacs.aws import Statement

from pkgops.kit import grants
from pkgops.kit.links import ExistingQueue, secret
from pkgops.kit.web.rest_api import default_url
from pkgops.scope import Scope
from templates.pkgwatch.config import stripe, upstreams
from templates.pkgwatch.config.settings import api_domain, mail_domain, minimum_times

STAGE = "v1"
PREFIX = "pkgwatch-api-"
SESSION_SECRET = "pkgwatch/session-secret"  # noqa: S105 - the secret's name
IP_HASH_SALT = "pkgwatch/ip-hash-salt"
STRIPE_SECRET = "pkgwatch/stripe-secret"  # noqa: S105
STRIPE_WEBHOOK_SECRET = "pkgwatch/stripe-webhook"  # noqa: S105


class Links:
    """One attribute a use of a resource: its permission, and the documented variable it is found under."""

    def __init__(self, scope: Scope) -> None:
        url, arn = scope.use("pipeline.PackageQueueUrl"), scope.use("pipeline.PackageQueueArn")
        self.queue_packages = ExistingQueue(url, arn, "PACKAGE_QUEUE_URL").send()
        # The secret's name, not its ARN: Secrets Manager takes both as its id.
        self.session = secret(scope, SESSION_SECRET).read().named("SESSION_SECRET_ARN")
        self.ip_hash_salt = secret(scope, IP_HASH_SALT).read().named("IP_HASH_SALT_SECRET_ARN")


class Grants:
    """One attribute a permission, one method a table: a row names the operations its function uses, and no others."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._packages, self._keys, self._billing_events, self._referrals = (
            scope.use(f"storage.{name}TableName") for name in ("Packages", "ApiKeys", "BillingEvents", "ReferralEvents")
        )
        self.session_secret = grants.secret_read(scope.named(SESSION_SECRET))
        self.stripe_secret = grants.secret_read(scope.named(STRIPE_SECRET))
        self.webhook_secret = grants.secret_read(scope.named(STRIPE_WEBHOOK_SECRET))
        self.publish_alerts = grants.topic_publish(scope.use("pipeline.AlertTopicArn"))
        self.use_alert_key = grants.topic_key(scope.use("pipeline.AlertTopicKeyArn"))
        self.send_mail = grants.mail_send(mail_domain(scope.stage, scope.settings), raw=True)  # as documented

    def packages(self, *operations: str) -> Statement:
        """Operations ("GetItem") on the packages."""
        return grants.table_operations(self._packages, *operations)

    def keys(self, *operations: str) -> Statement:
        """Operations on users and their keys."""
        return grants.table_operations(self._keys, *operations)

    def billing_events(self, *operations: str) -> Statement:
        """Operations on Stripe's events."""
        return grants.table_operations(self._billing_events, *operations)

    def referrals(self, *operations: str) -> Statement:
        """Operations on referrals."""
        return grants.table_operations(self._referrals, *operations)

    def invoke(self, row: str) -> Any:
        """Permission to invoke the function of that row."""
        return grants.invoke(self._scope.named(PREFIX + row.replace("_", "-")))


class Environment:
    """One attribute a group of environment variables."""

    def __init__(self, scope: Scope) -> None:
        domain = api_domain(scope.stage, scope.settings)
        sender = f"noreply@{mail_domain(scope.stage, scope.settings)}"
        self.site = {"BASE_URL": scope.settings.site_url}
        # The secret's name, not its ARN: Secrets Manager takes both as its id.
        self.session = {"SESSION_SECRET_ARN": scope.named(SESSION_SECRET)}
        self.login_mail = {"LOGIN_EMAIL_SENDER": sender}
        self.accounts = {
            **self.site,
            **self.session,
            **self.login_mail,
            "API_URL": f"https://{domain}" if domain else default_url(scope, STAGE),
            "VERIFICATION_EMAIL_SENDER": sender,
            **minimum_times(scope.settings),
        }
        self.prices = stripe.prices(scope)
        self.stripe = stripe.address(scope)
        self.depsdev = upstreams.environment(scope, "DEPSDEV_BASE_URL")
        self.alert_topic = {"ALERT_TOPIC_ARN": scope.use("pipeline.AlertTopicArn")}
