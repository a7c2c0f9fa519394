"""The optional stack for behaviour tracking: a table with a stream, and the role to use it."""

from __future__ import annotations

from troposphere import GetAtt, Ref

from pkgops.kit import grants
from pkgops.kit.roles import LAMBDA_BASICS, Role, role
from pkgops.kit.table import Index, Table, table
from pkgops.scope import Scope
from templates.keyvex.naming import describe

TABLE = "keyvex-user-behavior-tracking-{environment}"
ROLE = "keyvex-behavior-table-access-role-{environment}"


def build(scope: Scope) -> None:
    """The table, which is protected and kept in every environment."""
    describe(scope, "UserBehavior")
    index = Index("GSI1", "GSI1PK", "GSI1SK:N")
    made = table(scope, Table(TABLE, (index,), "PK", "SK", ttl="TTL", stream="NEW_AND_OLD_IMAGES"))
    role(scope, Role(ROLE, (grants.table_read_write(Ref(made)),), managed=(LAMBDA_BASICS,)))
    scope.output("BehaviorTableName", Ref(made))
    scope.output("BehaviorTableArn", GetAtt(made, "Arn"))
    scope.output("BehaviorTableStreamArn", GetAtt(made, "StreamArn"))
