"""Correct the address of one who only gets the finished document; when it is finished already, he gets it now."""

from __future__ import annotations

from b24app.domain.acts import ChangeCopy
from b24app.domain.events import Topic
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, InvalidPayload
from b24app.letters.compose import is_address
from b24app.services.context import Context
from b24app.services.record import apply_inside
from b24app.services.show_request import reach_request
from b24app.store import outbox, requests
from b24app.store.database import writing
from b24app.store.tables import Portal


def change_copy(
    ctx: Context, portal: Portal, user_id: int, request_id: str, copy_id: str, email: str
) -> SignatureRequest:
    """Raises: InvalidPayload (email), NotAllowed when a signing service sends it, or to one without the card."""
    reach_request(ctx, portal, user_id, request_id)
    email = email.strip()
    if not is_address(email):
        raise InvalidPayload(N_("This is not an e-mail address."), field="email")
    with writing():
        now = requests.lock(portal.member_id, request_id)
        if email.casefold() in {signer.email.casefold() for signer in now.signers}:
            raise InvalidPayload(N_("The document goes to this address already."), field="email")
        changed = apply_inside(ctx, portal.member_id, request_id, ChangeCopy(copy_id, email, user_id))
        outbox.leave_letters(portal.member_id, request_id, Topic.COPY_TO_SIGNERS, copy_id, ctx.now())
    ctx.hints.hint(portal.member_id)
    return changed
