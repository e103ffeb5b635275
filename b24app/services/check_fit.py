"""Does a request fit the signing service chosen for it? Said before anything is sent, at the option concerned."""

from __future__ import annotations

from collections.abc import Iterator

from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, InvalidPayload, NotFound
from b24app.providers import fit
from b24app.providers.base import BUILTIN
from b24app.services.ask_provider import NEEDS_A_PERSON, capabilities_of, room_of
from b24app.services.context import Context
from b24app.services.order_for import order_for
from b24app.store import connections, requests
from b24app.store.tables import Request

SIGNED_ALREADY = N_(
    "The document already carries a digital signature, which this signing service would break. Choose Paraph’s own "
    "engine for it."
)


def provider_of(portal: str, connection: str) -> str:
    """Name the provider behind a connection; a strange connection has none."""
    found = connections.find(portal, connection) if connection else None
    return str(found.provider) if found else BUILTIN


def fit_problems(ctx: Context, row: Request, request: SignatureRequest) -> Iterator[tuple[str, InvalidPayload]]:
    """List what its provider will not take; nothing for the built-in engine, which the composer is made for."""
    if not row.connection:
        return
    try:
        capabilities = capabilities_of(ctx, row.portal, row.connection)
    except NotFound as error:
        yield "connection", InvalidPayload(error.message)
        return
    if requests.came_signed(row):
        yield "connection", InvalidPayload(SIGNED_ALREADY)
    if connections.get(row.portal, row.connection).health in NEEDS_A_PERSON:
        yield "connection", InvalidPayload(N_("This signing service needs to be connected again by an administrator."))
    order = order_for(ctx, row, request, capabilities, ref=row.id)
    own = room_of(ctx, provider_of(row.portal, row.connection)).problems(order)
    for problem in (*fit.problems(order, capabilities, ctx.now()), *own):
        yield problem.field, InvalidPayload(problem.sentence.message, **problem.sentence.params)
