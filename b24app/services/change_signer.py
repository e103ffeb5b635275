"""Correct a signer's name or address; his old link dies and, in his turn, a new letter goes out."""

from __future__ import annotations

from b24app.domain.acts import ChangeSigner
from b24app.domain.signature_request import SignatureRequest
from b24app.domain.text import MAX_NAME, one_line
from b24app.errors import N_, InvalidPayload, NotAllowed
from b24app.letters.compose import is_address
from b24app.services.ask_provider import capabilities_of
from b24app.services.context import Context
from b24app.services.record import apply_inside
from b24app.services.show_request import reach_request
from b24app.store import requests
from b24app.store.database import writing
from b24app.store.tables import Portal


def change_signer(
    ctx: Context, portal: Portal, user_id: int, request_id: str, signer_id: str, name: str, email: str
) -> SignatureRequest:
    """Raises: InvalidPayload (name, email), NotAllowed once he has answered or for an employee without the card."""
    row = reach_request(ctx, portal, user_id, request_id)
    if not capabilities_of(ctx, row.portal, row.connection).change_signer:
        raise NotAllowed(N_("The signing service cannot change a person after sending. Withdraw it and send it again."))
    name, email = one_line(name, MAX_NAME), email.strip()
    if not name:
        raise InvalidPayload(N_("Enter the person's name."), field="name")
    if not is_address(email):
        raise InvalidPayload(N_("This is not an e-mail address."), field="email")
    with writing():
        changed = apply_inside(ctx, portal.member_id, request_id, ChangeSigner(signer_id, name, email, user_id))
        requests.revoke_links(portal.member_id, request_id, ctx.now(), signer_id)
        signer = changed.signer(signer_id)
        if signer is not None:
            requests.clear_values(portal.member_id, request_id, str(signer.position))
    ctx.hints.hint(portal.member_id)
    return changed
