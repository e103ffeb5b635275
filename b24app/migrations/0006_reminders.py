"""What a request's reminders are, and since when each signer is waited for.

Who is waited for already gets the moment from the audit trail. Requests that are out stay without reminders: nobody
decided on any; a page can switch them on.
"""

from __future__ import annotations

from typing import Any

from peewee import BigIntegerField, TextField

BACKFILL = """
    UPDATE signer SET {column} = (
        SELECT MAX(audit_event.at) FROM audit_event
        WHERE audit_event.request = signer.request AND audit_event.signer = signer.id AND audit_event.type IN ({types})
    )
    WHERE signer.status IN ('invited', 'viewed')
"""


def up(migrator: Any, db: Any) -> None:
    migrator.migrate(
        migrator.add_column("request", "reminders", TextField(null=True)),
        migrator.add_column("signer", "invited_at", BigIntegerField(null=True)),
        migrator.add_column("signer", "reminded_at", BigIntegerField(null=True)),
    )
    db.execute_sql(BACKFILL.format(column="invited_at", types="'signer_invited', 'signer_changed'"))
    db.execute_sql(BACKFILL.format(column="reminded_at", types="'signer_reminded'"))
