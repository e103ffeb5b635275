"""A portal that has lived: something completed, something out for signature, something stopped, news held up."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.clock import to_ms
from b24app.domain.signature_request import Status
from b24app.store import requests
from b24app.store.database import reading, writing
from b24app.store.tables import OutboxMessage, Portal, Rendition, Request
from tests.office import ANNA, Office

TYPED = {"signature_kind": "type", "signature_text": "Anna Schmidt"}
ACME = "acme"
COPY = "law@office.example"


@dataclass(frozen=True)
class Life:
    """The ids of its requests."""

    completed: str
    waiting: str
    stopped: str


def live(office: Office) -> Life:
    """Lead the portal through days of work; ends with Bitrix24 out of reach and news that could not be told."""
    completed = office.send(77, user=ANNA)
    office.sign(completed)
    approve(office, completed)
    stopped = _stop(office)
    waiting = office.send(77, user=ANNA, copy_to=[COPY])
    office.sandbox.portal(ACME).faults.add("http_error", seconds=600, status=502)
    office.work()
    office.sandbox.clear_faults()
    _tire(office)
    return Life(completed, waiting, stopped)


def _tire(office: Office) -> None:
    """Let a night of failures pass: the next tries are hours away."""
    later = to_ms(office.ctx.now()) + 6 * 3_600_000
    with writing():
        Portal.update(
            pause_until=later, failures=9, mail_pause_until=later, lease_by="gone", lease_until=later
        ).execute()
        OutboxMessage.update(next_at=later, attempts=9).where(OutboxMessage.attempts > 0).execute()


def approve(office: Office, request_id: str) -> None:
    press_approve(office, request_id)
    office.work()


def press_approve(office: Office, request_id: str) -> None:
    page = office.launch("/", options={"request": request_id}, user=ANNA)
    assert page.post(f"/requests/{request_id}/approve", {**TYPED, "remember": "1"}).has("notice")


def status(office: Office, request_id: str) -> Status:
    with office.app.app_context(), reading():
        return requests.load(office.sandbox.portal(ACME).member_id, request_id).status


def _stop(office: Office) -> str:
    """Let a request fail at its seal: what it is made of is missing for a while."""
    request_id = office.send(77, user=ANNA)
    office.sign(request_id)
    press_approve(office, request_id)
    with reading():
        row = Request.get_by_id(request_id)
        names = {row.document_sha256} | {made.sha256 for made in Rendition.select().where(Rendition.request == row.id)}
    files = [office.ctx.blobs.get(name) for name in names]
    for name in names:
        office.ctx.blobs.delete(name)
    office.work()
    for file in files:
        office.ctx.blobs.put(file)
    return request_id
