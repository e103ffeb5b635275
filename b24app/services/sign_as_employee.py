"""The responsible employee on his way from the request's page to his own signature at the provider."""

from __future__ import annotations

from b24app.errors import N_, NotAllowed
from b24app.services.context import Context
from b24app.services.write_to_signer import link_of
from b24app.store import requests
from b24app.store.tables import Portal


def own_link(ctx: Context, portal: Portal, user_id: int, request_id: str) -> str:
    """Return the address of the page that leads him there; the same one for as long as it is his turn.

    Raises: NotFound; NotAllowed when it is not his to sign, or not the time.
    """
    row = requests.row(portal.member_id, request_id)
    signer = requests.to_domain(row).employee_in_turn
    link = link_of(ctx, row, signer) if signer is not None and signer.employee == user_id else None
    if link is None:
        raise NotAllowed(N_("It is not your turn to sign this document."))
    return link
