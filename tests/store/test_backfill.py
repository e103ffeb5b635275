"""What migrations make of the rows that were there before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from playhouse.migrations import Runner

from b24app.store import database, migrate
from b24app.store.tables import AuditRow, Derived, SignerRow
from tests import databases

SIGNER = """INSERT INTO signer (id, portal, request, position, name, email, signing_order, role, status, company,
    locale, decline_reason) VALUES (?, 'acme', ?, 1, 'Ann', 'ann@lee.example', 1, 'signer', ?, '', 'en', '')"""
EVENTS = [("signer_invited", 10), ("signer_reminded", 20), ("signer_changed", 30), ("signer_viewed", 40)]


@pytest.fixture(params=databases.KINDS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """A database of each kind, still empty."""
    address = databases.bare() if request.param == "postgresql" else nullcontext(f"sqlite:///{tmp_path / 'old.db'}")
    with address as url:
        database.connect(url)
        with database.reading():
            yield
        database.close_all()


def test_who_is_waited_for_already_is_known_to_have_been_invited(old: None):
    as_it_was_before("0006")
    for status in ("viewed", "signed", "waiting_turn"):
        fill(status)
    migrate.migrate()
    times = {row.status: (row.invited_at, row.reminded_at) for row in SignerRow.select()}
    assert times == {"viewed": (30, 20), "signed": (None, None), "waiting_turn": (None, None)}


def test_pictures_in_the_old_form_are_forgotten(old: None):
    as_it_was_before("0021")
    for kind in ("page:1:900", "texts", "picture:1:900"):
        Derived.insert(document="0" * 64, kind=kind, sha256="1" * 64).execute()
    migrate.migrate()
    assert sorted(row.kind for row in Derived.select()) == ["picture:1:900", "texts"]


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
