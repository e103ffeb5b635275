"""A document out for signature, in the real application on its own database: two signers, the first one's turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from b24app import create_app
from b24app.clock import to_ms
from b24app.documents.templates import PartyBlock, RenderedTemplate, render_template
from b24app.domain.acts import Invite, Send
from b24app.domain.events import Topic
from b24app.domain.signature_request import SignatureRequest, Signer, Status
from b24app.domain.transitions import decide
from b24app.outbox.message import Message
from b24app.services import sign_document
from b24app.services.context import Context
from b24app.services.install_portal import ensure_authority
from b24app.services.record import record_events
from b24app.services.seal_document import seal_document
from b24app.services.signature_input import SignatureInput
from b24app.settings import Settings
from b24app.store import audit, requests
from b24app.store.database import reading, writing
from b24app.store.tables import Portal, Request, SignerLink
from b24app.store.vault import fingerprint
from tests import databases

TITLE = "Services agreement No. 2026-014"
AGREEMENT = """# Services agreement

1.1. The Contractor provides the services listed in the price table, and the Client pays for them.

{{ checkbox 1 "I have read the price table" }}

Delivery address: {{ text 1 "Delivery address" }}

{{ page_break }}

## Annex

2.1. Every page of this annex carries the initials of the Client: {{ initials 1 }}

{{ signatures }}
"""
PLAIN = "# Note\n\nA short text.\n\n{{ signatures }}"
VERA = "Vera Lens"


@cache
def rendered(markdown: str) -> RenderedTemplate:
    parties = [PartyBlock("1", "Client", company="Lens LLC"), PartyBlock("2", "Contractor", company="Romashka")]
    return render_template(markdown, {}, locale="en", parties=parties, ticks={})


@dataclass
class SigningScene:
    """One request; `links` are the signers' secret tokens by position."""

    app: Flask
    ctx: Context
    id: str
    links: dict[int, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return self.links[1]

    @property
    def fields(self) -> dict[str, str]:
        """The first signer's places: type -> field id (the last one of each type)."""
        with reading():
            return {str(f.type): f.id for f in requests.fields(requests.row("anna", self.id)) if f.signer == "1"}

    @property
    def document(self) -> bytes:
        """The PDF as it was sent."""
        with reading():
            return self.ctx.blobs.get(requests.row("anna", self.id).document_sha256)

    def load(self) -> SignatureRequest:
        with reading():
            return requests.load("anna", self.id)

    def signer(self, position: int = 1) -> Signer:
        return self.load().signers[position - 1]

    def values(self) -> dict[str, str]:
        """Field id -> what was put in."""
        with reading():
            return {v.field_id: v.text or v.image_sha256 for v in requests.values("anna", self.id).values()}

    def events(self) -> list[str]:
        with reading():
            return [str(event.type) for event in audit.events("anna", self.id)]

    def event(self, kind: str) -> dict[str, object]:
        with reading():
            return next(dict(event.data) for event in audit.events("anna", self.id) if event.type == kind)

    def change(self, **columns: object) -> None:
        with writing():
            Request.update(**columns).where(Request.id == self.id).execute()


def scene(directory: Path, markdown: str = AGREEMENT, title: str = TITLE, **signer: object) -> SigningScene:
    """Make the application and send one document; `signer` changes the first signer."""
    databases.lay_out(directory)
    app = create_app(Settings(data_dir=str(directory), client_id="app", log_level="WARNING"))
    return send(app, markdown, title, **signer)


def send(app: Flask, markdown: str = AGREEMENT, title: str = TITLE, **signer: object) -> SigningScene:
    ctx = app.extensions["paraph"]
    document = rendered(markdown)
    found = SigningScene(app, ctx, ctx.new_id())
    with writing():
        _portal()
        request = _insert(ctx, found.id, document, title, signer)
        for act in (Send(1, request.id), Invite()):
            request, events = decide(request, act, ctx.now())
            requests.save(request, ctx.now())
            record_events(ctx, request, events)
        found.links = {s.position: _link(ctx, request, s) for s in request.signers}
    return found


def sealed(app: Flask, title: str = TITLE) -> tuple[SigningScene, bytes]:
    """Send a short document, let both sign, seal it; returns it with the final PDF."""
    found = send(app, PLAIN, title)
    with reading():
        ensure_authority(found.ctx, "anna", "Romashka Trading")
        found.change(needs_approval=False)
        for position in (1, 2):
            sign_all(found, position)
        seal_document(found.ctx, Message("anna", found.id, 0, "", Topic.SEAL, {}, 1, "seal"))
        return found, found.ctx.blobs.get(requests.row("anna", found.id).final_sha256)


def sign_all(found: SigningScene, position: int) -> None:
    """Let one signer agree, sign with his typed name and finish."""
    token, name = found.links[position], found.signer(position).name
    sign_document.record_consent(found.ctx, token, "yes", "127.0.0.1", "")
    sign_document.save_signature(found.ctx, token, SignatureInput("type", text=name))
    sign_document.finish(found.ctx, token, "127.0.0.1", "")


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the application on a free port; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def _portal() -> None:
    if not Portal.get_or_none(Portal.member_id == "anna"):
        values = {"client_id": "app", "domain": "anna.example", "client_endpoint": "https://anna.example/rest/"}
        Portal.create(member_id="anna", installed_at=0, settings={"sender_name": "Romashka Trading"}, **values)


def _insert(
    ctx: Context, request_id: str, document: RenderedTemplate, title: str, changes: dict[str, object]
) -> SignatureRequest:
    first = Signer(ctx.new_id(), 1, VERA, "vera@example.com", 1, company="Lens LLC")
    second = Signer(ctx.new_id(), 2, "Boris Klein", "boris@example.com", 2, company="Romashka")
    now = ctx.now()
    request = SignatureRequest(
        id=request_id, portal="anna", title=title, status=Status.DRAFT, sender_id=1, responsible_id=1,
        needs_approval=True, entity_type_id=1, entity_id=77,
        signers=(replace(first, **changes), second),
    )  # fmt: skip
    Request.insert(
        id=request_id, portal="anna", status="draft", title=title, sender_id=1, responsible_id=1, needs_approval=True,
        entity_type_id=1, entity_id=77, document_sha256=ctx.blobs.put(document.pdf),
        fields=[f.to_dict() for f in document.fields], pages=[[p.w_pt, p.h_pt] for p in document.pages],
        letter={"subject": "", "body": ""}, people={"1": "Anna Kovalenko"}, created_at=to_ms(now),
    ).execute()  # fmt: skip
    requests.insert_signers(request)
    return request


def _link(ctx: Context, request: SignatureRequest, signer: Signer) -> str:
    token = ctx.new_secret()
    SignerLink.create(
        token_hash=fingerprint(token), token=ctx.vault.lock(token), portal="anna", request=request.id,
        signer=signer.id, created_at=to_ms(ctx.now()),
    )  # fmt: skip
    return token
