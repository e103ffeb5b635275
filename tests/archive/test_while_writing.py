"""Back-ups and archives made while other processes write hard: one moment, whole, nothing torn."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from b24app.archive.reader import ArchiveReader
from b24app.clock import from_ms
from b24app.documents.local_storage import LocalBlobs
from b24app.domain.events import Actor, AuditEvent, EventType
from b24app.evidence.trail import Link, first_broken
from b24app.store.tables import JSONField
from tests import databases
from tests.archive.busy import EVENTS, SIGNERS, writers
from tests.archive.conftest import Places
from tests.command_line import environment, run
from tests.portal_room import add_portal

WRITERS = 3
Rows = list[dict[str, Any]]


def check_whole(requests: Rows, signers: Rows, events: Rows, messages: Rows) -> None:
    """Every request that is there is there with all that was written in its transaction, and nothing else is."""
    ids = {row["id"] for row in requests}
    for rows, each in ((signers, SIGNERS), (events, EVENTS), (messages, 2 * EVENTS)):
        assert Counter(row["request"] for row in rows) == dict.fromkeys(ids, each)
    for request in ids:
        own = sorted((row for row in events if row["request"] == request), key=lambda row: row["position"])
        assert first_broken(request, [link(row) for row in own]) is None


def link(row: dict[str, Any]) -> Link:
    data = row["data"] if isinstance(row["data"], dict) else JSONField().python_value(row["data"])
    actor = Actor(row["actor_kind"], row["actor_id"])
    event = AuditEvent(EventType(row["type"]), from_ms(row["at"]), actor, row["signer"], data)
    return Link(row["position"], event, row["digest"])


def read_copy(path: Path) -> list[Rows]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        copy.row_factory = sqlite3.Row
        tables = ("request", "signer", "audit_event", "outbox")
        return [[dict(row) for row in copy.execute(f"SELECT * FROM {table}")] for table in tables]


def files_of(requests: Iterable[dict[str, Any]]) -> set[str]:
    return {row[name] for row in requests for name in ("document_sha256", "final_sha256")}


def test_a_back_up_is_one_moment_of_a_database_that_others_write_into(places: Places):
    add_portal(places.open("here"))
    places.leave()
    kept = [places.directory / f"kept{number}" for number in range(3)]
    with writers(WRITERS, "acme", environment(places.directory / "here")):
        for folder in kept:
            folder.mkdir()
            done = run(places.directory / "here", "backup", str(folder))
            assert done.returncode == 0, done.stderr
    copies = [read_copy(path) for folder in kept for path in folder.glob("*.db")]
    assert len(copies) == 3
    for folder, copy in zip(kept, copies, strict=True):
        check_whole(*copy)
        for name in files_of(copy[0]):
            LocalBlobs(folder / "blobs").get(name)
    assert len(copies[0][0]) < len(copies[-1][0])


@pytest.mark.parametrize("kind", databases.KINDS)
def test_an_archive_is_one_moment_of_a_portal_that_others_write_into(places: Places, kind: str):
    places.kinds["here"] = kind
    add_portal(places.open("here"))
    places.leave()
    address = {"DATABASE_URL": places.url("here")}
    with writers(WRITERS, "acme", environment(places.directory / "here", **address)):
        for number in (1, 2):
            archive = str(places.directory / f"{number}.zip")
            done = run(places.directory / "here", "export", "--portal", "acme", "--out", archive, **address)
            assert done.returncode == 0, done.stderr
    for number in (1, 2):
        with ArchiveReader(places.directory / f"{number}.zip") as archive:
            rows = [list(archive.rows(table)) for table in ("request", "signer", "audit_event", "outbox")]
            check_whole(*rows)
            assert files_of(rows[0]) == set(archive.files)
    keys = ["--old-keys-file", str(places.directory / "here" / "secret.key")]
    done = run(places.directory / "there", "import", str(places.directory / "2.zip"), *keys)
    assert done.returncode == 0, done.stderr
