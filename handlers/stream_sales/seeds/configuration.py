"""Which rates does the marketplace begin with, and how is it emptied?"""

from __future__ import annotations

import pg8000.native

from handlers.common.postgresql.seeds import Written
from handlers.stream_sales.seeds.records import insert, row

_REFERRAL_FEE = "10.00"
_PERCENTAGE = "percentage"


def write_referral_fee(connection: pg8000.native.Connection, _: bool) -> Written:
    """An active referral fee, unless there is one."""
    if connection.run('SELECT 1 FROM referral_approval_configs WHERE "isActive" LIMIT 1'):
        return Written({}, note="There is an active referral fee.")
    return Written({"referral_approval_configs": len(_write_fee(connection))})


def clear(connection: pg8000.native.Connection, _: bool) -> Written:
    """Deletes the rows of every table."""
    found = connection.run(
        "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() "
        "AND tablename <> '_prisma_migrations' ORDER BY tablename"
    )
    tables = [name for (name,) in found]
    if tables:
        connection.run(f"TRUNCATE {', '.join(tables)} CASCADE")
    return Written({}, note=f"Emptied {len(tables)} tables.")


def reset(connection: pg8000.native.Connection, asked: bool) -> Written:
    """Deletes everything and writes the rates: 15 % on sales, 15 % mark-up and 10 % fee, the referral fee and Peru's
    exchange rate. It creates no users."""
    emptied = clear(connection, asked)
    pricing = {"distributorMarkup": "15.00", "distributorMarkupType": _PERCENTAGE}
    pricing |= {"platformFee": "10.00", "platformFeeType": _PERCENTAGE}
    written = {
        "commission_configs": insert(connection, "commission_configs", [row(type="sale", rate="15.00", isActive=True)]),
        "pricing_configs": insert(connection, "pricing_configs", [row(**pricing, isActive=True)]),
        "referral_approval_configs": _write_fee(connection),
        "exchange_rates": insert(
            connection, "exchange_rates", [row(countryCode="PE", currencyCode="PEN", rate="3.75")]
        ),
    }
    return Written({table: len(ids) for table, ids in written.items()}, note=emptied.note)


def _write_fee(connection: pg8000.native.Connection) -> list[str]:
    return insert(connection, "referral_approval_configs", [row(approvalFee=_REFERRAL_FEE, isActive=True)])
