"""What migrations make of the rows that were there before them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from playhouse.migrations import Runner

from b24app.store import database, migrate
from b24app.store.tables import AuditRow, SignerRow
from tests import databases

SIGNER = """INSERT INTO signer (id, portal, request, position, name, email, signing_order, role, status, company,
    locale, decline_reason) VALUES (?, 'acme', ?, 1, 'Ann', 'ann@lee.example', 1, 'signer', ?, '', 'en', '')"""
EVENTS = [("signer_invited", 10), ("signer_reminded", 20), ("signer_changed", 30), ("signer_viewed", 40)]


@pytest.mark.parametrize("kind", databases.KINDS)
def test_who_is_waited_for_already_is_known_to_have_been_invited(tmp_path: Path, kind: str):
    address = databases.bare() if kind == "postgresql" else nullcontext(f"sqlite:///{tmp_path / 'old.db'}")
    with address as url:
        database.connect(url)
        with database.reading():
            as_it_was_before("0006")
            for status in ("viewed", "signed", "waiting_turn"):
                fill(status)
            migrate.migrate()
            times = {row.status: (row.invited_at, row.reminded_at) for row in SignerRow.select()}
        database.close_all()
    assert times == {"viewed": (30, 20), "signed": (None, None), "waiting_turn": (None, None)}


def as_it_was_before(number: str) -> None:
    runner = Runner(database.database.obj, str(migrate.DIRECTORY))
    runner.up([migration.name for migration in runner.status() if migration.name < number][-1])


def fill(status: str) -> None:
    """A signer in the given state, and what happened to him."""
    named = {"portal": "acme", "request": f"of-{status}"}
    database.database.execute_sql(SIGNER.replace("?", database.database.param), (status, f"of-{status}", status))
    for position, (type, at) in enumerate(EVENTS, start=1):
        AuditRow.insert(
            **named, position=position, type=type, at=at, actor_kind="system", signer=status, digest=""
        ).execute()
