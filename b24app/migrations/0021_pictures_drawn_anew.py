"""Pictures of pages are drawn in another form: those of before are forgotten, and the sweep takes their files."""

from __future__ import annotations

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql(f"DELETE FROM derived WHERE kind LIKE {db.param}", ("page:%",))  # noqa: S608
