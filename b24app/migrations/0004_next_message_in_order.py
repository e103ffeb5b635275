"""The index that finds a portal's next message gives its order too, so that the search ends at the first one."""

from __future__ import annotations

from typing import Any


def up(migrator: Any, db: Any) -> None:
    migrator.migrate(migrator.drop_index("outbox", "outbox_open_portal"))
    db.execute_sql(
        'CREATE INDEX "outbox_open_portal" ON "outbox" ("portal", "next_at", "id") '
        'WHERE (("done_at" IS NULL) AND ("dead_at" IS NULL))'
    )
