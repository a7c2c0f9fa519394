from troposphere import GetAtt, Ref

from pkgops.kit import grants
from pkgops.kit.roles import LAMBDA_BASICS, Role, managed_policy, role
from pkgops.kit.table import Table, table
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A role for a function of another stack, and what the shop's own server may do."""
    orders = table(scope, Table("shop-orders"))
    reads = grants.table_read(Ref(orders))
    worker = role(scope, Role("shop-worker-role", (reads,), managed=(LAMBDA_BASICS,)))
    access = managed_policy(scope, "shop-server-access", [reads], "What the shop's server may do")
    scope.output("WorkerRoleArn", GetAtt(worker, "Arn"))
    scope.output("ServerAccessArn", Ref(access))
