"""An installed portal without an outside world: for services that only read and write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from b24app.clock import Clock
from b24app.domain.signature_request import TERMINAL, Status
from b24app.services.context import Context
from b24app.settings import Settings
from b24app.store import portals, request_words, requests
from b24app.store.database import writing
from b24app.store.tables import OutboxMessage, Portal, Request, SignerRow
from b24app.store.vault import fingerprint
from b24app.wiring import wire
from tests import databases

ANNA, BORIS = 1, 6
NOON_MS = 1_772_452_800_000


def open_room(directory: Path, now: Clock | None = None, **settings: str) -> Context:
    """Wire the application into a directory; nothing outside answers."""
    nowhere = {"smtp_url": "smtp://127.0.0.1:9", "oauth_url": "http://127.0.0.1:9"}
    if not settings.get("database_url"):
        databases.lay_out(directory)
    known = {"data_dir": str(directory), "allow_insecure_portals": True, **nowhere, **settings}
    return wire(Settings(**known), now)


def add_portal(ctx: Context, member_id: str = "acme", **values: object) -> Portal:
    fixed = {
        "client_id": "local.1",
        "domain": f"{member_id}.bitrix24.test",
        "client_endpoint": f"https://{member_id}.bitrix24.test/rest/",
        "application_token": fingerprint("apptok"),
        "installer_id": ANNA,
        "installed_at": NOON_MS,
        "settings": {"sender_name": "Acme", "installer_name": "Anna Lee"},
    }
    with writing():
        portals.save(member_id, **{**fixed, **values})
        portals.save_token(
            member_id, ANNA, access=ctx.vault.lock("at"), refresh=ctx.vault.lock("rt"), expires_at=NOON_MS * 2
        )
    return portals.get(member_id)


def add_request(
    ctx: Context,
    portal: Portal,
    status: Status,
    *,
    title: str = "Offer",
    lead: int = 77,
    file: bytes = b"",
    signers: Sequence[tuple[str, str]] = (("Petra Signer", "petra@example.com"),),
    sender: int = ANNA,
    responsible: int = ANNA,
    created_at: int = NOON_MS,
) -> Request:
    """A request as sending left it, moved on to a status; `file` is its sealed document."""
    with writing():
        row = Request.create(
            id=ctx.new_id(),
            portal=portal.member_id,
            status=str(status),
            title=title,
            sender_id=sender,
            responsible_id=responsible,
            needs_approval=True,
            entity_type_id=1,
            entity_id=lead,
            document_sha256=ctx.blobs.put(b"the document of " + portal.member_id.encode()),
            final_sha256=ctx.blobs.put(file) if file else "",
            fields=[],
            pages=[],
            letter={},
            created_at=created_at,
            sent_at=created_at,
            ended_at=created_at if status in TERMINAL else None,
        )
        for position, (name, email) in enumerate(signers, start=1):
            SignerRow.create(
                id=ctx.new_id(),
                portal=portal.member_id,
                request=row.id,
                position=position,
                name=name,
                email=email,
                order=1,
                role="signer",
                status="signed" if status is Status.COMPLETED else "invited",
            )
        request_words.put(requests.to_domain(row))
    return row


def topics(request_id: str) -> list[str]:
    query = OutboxMessage.select().where(OutboxMessage.request == request_id).order_by(OutboxMessage.seq)
    return [message.topic for message in query]
