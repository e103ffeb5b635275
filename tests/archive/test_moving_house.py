"""A portal that has lived moves to another installation, by the command line, and its life goes on there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from b24app import create_app
from b24app.domain.signature_request import Status
from b24app.evidence.trail import Link, first_broken
from b24app.services.verify_document import verify_upload
from b24app.settings import Settings
from b24app.store import audit, requests
from b24app.store.belongings import PARTS
from b24app.store.database import reading
from b24app.store.tables import AuditRow, OutboxMessage, Portal, Request
from tests import databases
from tests.archive.life import COPY, Life, approve, live, status
from tests.command_line import run
from tests.office import ANNA, APP_URL, Office, first_signer, open_office

LEAD = (1, 77)
NEW_KEY = Fernet.generate_key().decode()


@dataclass
class House:
    """The new installation around the same Bitrix24, and what the old one knew."""

    office: Office
    life: Life
    member_id: str
    trails: dict[str, list[str]]
    links: dict[str, str]


@pytest.fixture(scope="module", params=databases.KINDS)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """From SQLite to each database."""
    directory = tmp_path_factory.mktemp("moving")
    (directory / "new").mkdir()
    with databases.fresh(request.param, directory / "new") as url, open_office(directory / "old") as old:
        life, member_id = live(old), old.sandbox.portal("acme").member_id
        with reading():
            trails = {key: audit.digests(member_id, key) for key in vars(life).values()}
            links = {key: old.link(first_signer(key).email) for key in vars(life).values()}
        yield House(_move(old, directory, member_id, url), life, member_id, trails, links)


def _move(old: Office, directory: Path, member_id: str, database_url: str) -> Office:
    archive = directory / "acme.zip"
    written = run(directory / "old", "export", "--portal", member_id, "--out", str(archive))
    assert written.returncode == 0, written.stderr
    keys = ["--old-keys-file", str(directory / "old" / "secret.key")]
    taken = run(directory / "new", "import", str(archive), *keys, SECRET_KEYS=NEW_KEY, DATABASE_URL=database_url)
    assert taken.returncode == 0, taken.stderr
    mail = old.sandbox.settings()
    app = create_app(
        Settings(
            public_url=APP_URL,
            data_dir=str(directory / "new"),
            database_url=database_url,
            secret_keys=NEW_KEY,
            oauth_url=mail["PARAPH_OAUTH_URL"],
            smtp_url=mail["PARAPH_SMTP_URL"],
            allow_insecure_portals=True,
        )
    )
    return Office(app, old.sandbox)


def test_every_request_stands_where_it_stood(house: House):
    stands = [status(house.office, key) for key in (house.life.completed, house.life.waiting, house.life.stopped)]
    assert stands == [Status.COMPLETED, Status.AWAITING_SIGNATURES, Status.FAILED]


def test_only_this_portal_has_moved(house: House):
    with reading():
        owners = {row.portal for part in PARTS[2:] for row in part.table.select()}
        assert owners == {row.member_id for row in Portal.select()} == {house.member_id}


def test_the_trails_are_the_same_and_whole(house: House):
    with reading():
        for key, digests in house.trails.items():
            rows = AuditRow.select().where(AuditRow.request == key).order_by(AuditRow.position)
            links = [Link(row.position, audit.event_of(row), row.digest) for row in rows]
            assert first_broken(key, links) is None
            assert audit.digests(house.member_id, key)[: len(digests)] == digests


def test_a_document_sealed_in_the_old_place_verifies(house: House):
    with reading():
        final = house.office.ctx.blobs.get(requests.row(house.member_id, house.life.completed).final_sha256)
        assert verify_upload(house.office.ctx, final).state == "sealed"


def test_work_that_was_put_off_is_due_at_once(house: House):
    house.office.work()
    with reading():
        held_up = OutboxMessage.select().where(OutboxMessage.request == house.life.waiting)
        assert [message.key for message in held_up if message.done_at is None] == []
    card = Request.get_by_id(house.life.waiting).activity_id
    assert house.office.sandbox.portal("acme").timeline.activity_record(card)


def test_a_signer_opens_the_old_link_and_the_document_is_sealed_by_the_old_key(house: House):
    token = house.links[house.life.waiting]
    assert house.office.client.get(f"/s/{token}").status_code == 200
    house.office.sign(house.life.waiting)
    approve(house.office, house.life.waiting)
    assert status(house.office, house.life.waiting) is Status.COMPLETED
    with reading():
        row = requests.row(house.member_id, house.life.waiting)
        assert verify_upload(house.office.ctx, house.office.ctx.blobs.get(row.final_sha256)).state == "sealed"
    assert len(house.office.sandbox.mailbox.letters(COPY)) == 1
    pinned = house.office.sandbox.portal("acme").timeline.pinned(LEAD)
    assert row.comment_id in {record.id for record in pinned}


def test_what_had_stopped_can_be_tried_again(house: House):
    page = house.office.launch("/", options={"request": house.life.stopped}, user=ANNA)
    assert page.post(f"/requests/{house.life.stopped}/retry").status == 200
    house.office.work()
    assert status(house.office, house.life.stopped) is Status.COMPLETED


def test_new_requests_are_sent_beside_the_old_ones(house: House):
    sent = house.office.send(77, user=ANNA)
    house.office.sign(sent)
    assert status(house.office, sent) is Status.AWAITING_APPROVAL
