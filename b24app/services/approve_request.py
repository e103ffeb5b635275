"""The responsible employee approves with his own signature, or refuses with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from b24app.domain.acts import Approve, Refuse
from b24app.domain.fields import APPROVER, Field, FieldType, FieldValue, fields_of
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, InvalidPayload
from b24app.services.context import Context
from b24app.services.record import apply, apply_inside
from b24app.services.rendition import values_fingerprint
from b24app.services.sign_document import signing_date
from b24app.services.signature_input import SignatureInput, keep_signature
from b24app.store import portals, requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request


def approve_request(
    ctx: Context, portal: Portal, user_id: int, request_id: str, signature: SignatureInput | None, remember: bool
) -> SignatureRequest:
    """Approve: put the employee's signature, name and date into his places; the sealing begins.

    A document that came signed takes no picture of a signature, and needs none.
    Raises: NotAllowed when it is not his to approve or not the time; InvalidPayload without a signature.
    """
    row = requests.row(portal.member_id, request_id)
    image_sha256 = "" if requests.came_signed(row) else _signature(ctx, portal, user_id, signature)
    with writing():
        for value in _values(ctx, row, portal, image_sha256):
            requests.put_value(portal.member_id, request_id, APPROVER, value)
        entered = requests.values(portal.member_id, request_id, [APPROVER])
        changed = apply_inside(ctx, portal.member_id, request_id, Approve(user_id, values_fingerprint(entered)))
        if remember and image_sha256:
            requests.save_signature(portal.member_id, user_id, image_sha256)
    ctx.hints.hint(portal.member_id)
    return changed


def refuse_request(ctx: Context, portal: Portal, user_id: int, request_id: str, reason: str) -> SignatureRequest:
    """Refuse, with a reason that the signers are told."""
    return apply(ctx, portal.member_id, request_id, Refuse(user_id, reason.strip()[:500]))


def approver_fields(row: Request) -> tuple[Field, ...]:
    return fields_of(requests.fields(row), APPROVER)


def _signature(ctx: Context, portal: Portal, user_id: int, signature: SignatureInput | None) -> str:
    if signature is None:
        raise InvalidPayload(N_("Draw, type or upload your signature."), field="signature")
    if signature.kind != "saved":
        return keep_signature(ctx, signature)
    saved = requests.saved_signature(portal.member_id, user_id)
    if saved is None:
        raise InvalidPayload(N_("You have no saved signature yet: draw, type or upload one."), field="signature")
    return saved


def _values(ctx: Context, row: Request, portal: Portal, image_sha256: str) -> Iterator[FieldValue]:
    company = str(portals.get(portal.member_id).settings.get("sender_name", ""))
    texts = {
        FieldType.DATE: signing_date(row, ctx.now()),
        FieldType.NAME: row.people.get(str(row.responsible_id), ""),
        FieldType.COMPANY: company,
    }
    for field in approver_fields(row):
        if field.type in (FieldType.SIGNATURE, FieldType.INITIALS):
            yield FieldValue(field.id, image_sha256=image_sha256)
        elif texts.get(field.type):
            yield FieldValue(field.id, texts[field.type])
