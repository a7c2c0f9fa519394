"""What may PkgWatch's API functions be given?

One attribute a grant or a group of environment variables, under the documents' words: a function's row reads
``(a.keys_rw, a.mail), a.auth``.
"""

from __future__ import annotations

from typing import Any

from pkgops.kit import grants
from pkgops.kit.rest_api import address
from pkgops.scope import Scope
from templates.pkgwatch import billing, upstreams
from templates.pkgwatch.settings import api_domain, floors, mail_domain

STAGE = "v1"
PREFIX = "pkgwatch-api-"
SESSION_SECRET = "pkgwatch/session-secret"  # noqa: S105 - the secret's name
STRIPE_SECRET = "pkgwatch/stripe-secret"  # noqa: S105
STRIPE_WEBHOOK_SECRET = "pkgwatch/stripe-webhook"  # noqa: S105


class Access:
    """Grants (``packages_r``: read, ``_rw``: write too, ``_scan``: read all of it) and environments for one
    template."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        packages, keys, billing, referrals = (
            scope.use(f"storage.{name}TableName") for name in ("Packages", "ApiKeys", "BillingEvents", "ReferralEvents")
        )
        self.packages_r, self.packages_rw = grants.table_read(packages), grants.table_read_write(packages)
        self.keys_r, self.keys_rw = grants.table_read(keys), grants.table_read_write(keys)
        self.keys_scan = grants.table_scan(keys)
        self.billing_rw = grants.table_read_write(billing)
        self.referrals_r, self.referrals_rw = grants.table_read(referrals), grants.table_read_write(referrals)
        self.packages_queue = grants.queue_send(scope.use("pipeline.PackageQueueArn"))
        self.session = grants.secret_read(scope.named(SESSION_SECRET))
        self.stripe = grants.secret_read(scope.named(STRIPE_SECRET))
        self.stripe_webhook = grants.secret_read(scope.named(STRIPE_WEBHOOK_SECRET))
        self.alerts = grants.topic_publish(scope.use("pipeline.AlertTopicArn"))
        self.mail = grants.mail_send(mail_domain(scope.stage, scope.settings))
        self._environments()

    def itself(self, row: str) -> Any:
        """Invokes the function of that row again."""
        return grants.invoke(self.scope.named(PREFIX + row.replace("_", "-")))

    def _environments(self) -> None:
        scope, settings = self.scope, self.scope.settings
        domain = api_domain(scope.stage, settings)
        sender = f"noreply@{mail_domain(scope.stage, settings)}"
        self.queue = {"PACKAGE_QUEUE_URL": scope.use("pipeline.PackageQueueUrl")}
        self.site = {"BASE_URL": settings.site_url}
        # The secret's name, not its ARN: Secrets Manager takes both as its id.
        self.sessions = {"SESSION_SECRET_ARN": scope.named(SESSION_SECRET)}
        self.login_mail = {"LOGIN_EMAIL_SENDER": sender}
        self.auth = {
            **self.site,
            **self.sessions,
            **self.login_mail,
            "API_URL": f"https://{domain}" if domain else address(scope, STAGE),
            "VERIFICATION_EMAIL_SENDER": sender,
            **floors(settings),
        }
        self.prices = billing.prices(scope)
        self.stripe_base = billing.address(scope)
        self.depsdev = upstreams.environment(scope, "DEPSDEV_BASE_URL")
        self.alert_topic = {"ALERT_TOPIC_ARN": scope.use("pipeline.AlertTopicArn")}
