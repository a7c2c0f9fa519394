from pkgops.kit.backup import Backup, backups
from pkgops.kit.table import Table, table
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    orders = table(scope, Table("shop-orders"))
    row = Backup(
        vault="shop-vault",
        plan="shop-daily",
        rule="daily",
        schedule="cron(0 3 * * ? *)",
        start_within=60,
        complete_within=180,
        keep_days=35,
    )
    backups(scope, row, [orders.get_att("Arn")])
