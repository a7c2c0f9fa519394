"""The monitoring stack: alarms, the topic they notify, and the dashboard."""

from __future__ import annotations

from troposphere import Ref, Sub

from pkgops.kit.alarms import alarms
from pkgops.kit.dashboard import dashboard
from pkgops.kit.topic import topic
from pkgops.scope import Scope
from templates.keyvex.alarms import alarm_rows
from templates.keyvex.graphs import graphs
from templates.keyvex.metrics import Metrics
from templates.keyvex.naming import describe, publish

TOPIC, DASHBOARD = "keyvex-alerts-{environment}", "keyvex-dashboard-{environment}"
_CONSOLE = "https://${AWS::Region}.console.aws.amazon.com/cloudwatch/home?region=${AWS::Region}#dashboards:name="


def build(scope: Scope) -> None:
    """The topic, with an e-mail subscription if there is an address, every alarm, and the dashboard."""
    describe(scope, "Monitoring")
    alerts = topic(scope, TOPIC, "Keyvex Platform Alerts", ("cloudwatch",), scope.settings.alert_email.strip())
    metrics = Metrics(scope)
    alarms(scope, Ref(alerts), alarm_rows(scope, metrics))
    dashboard(scope, DASHBOARD, graphs(scope, metrics))
    publish(scope, AlertTopicArn=Ref(alerts), DashboardUrl=Sub(_CONSOLE + scope.named(DASHBOARD)))
