"""Send a document through another account than the one that did not take it: same pages, people, letter, values.

Never while it may be out at the first one. The hand-over's row is taken away under a condition that a call on its way
fails, so of the two one gives way (held_up.py, store/handovers.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from b24app.domain.acts import SendThrough
from b24app.domain.signature_request import SignatureRequest
from b24app.errors import N_, NotAllowed, Sentence
from b24app.services.ask_provider import capabilities_of, is_test
from b24app.services.check_fit import fit_problems, provider_of
from b24app.services.choose_service import offers_of
from b24app.services.context import Context
from b24app.services.held_up import is_held_up, take_from_service
from b24app.services.record import apply_inside
from b24app.services.show_request import reach_request
from b24app.store import portals, request_words, requests
from b24app.store.database import writing
from b24app.store.tables import Portal, Request


@dataclass(frozen=True)
class OtherService:
    """An account that could take a document over; `obstacle` says why it cannot."""

    id: str
    name: str
    is_test: bool
    obstacle: Sentence | None = None


def other_services(ctx: Context, row: Request) -> tuple[OtherService, ...]:
    """List the accounts through which a document can be sent instead; empty while it is not to be moved."""
    request = requests.to_domain(row)
    if not is_held_up(row, request):
        return ()
    portal = portals.get(row.portal)
    offers = [offer for offer in offers_of(ctx, portal) if offer.id != row.connection]
    return tuple(OtherService(o.id, o.name, o.is_test, _obstacle(ctx, row, request, o.id)) for o in offers)


def send_through(ctx: Context, portal: Portal, user_id: int, request_id: str, connection: str) -> None:
    """Let another account have it, in one transaction. Pressed twice it moves once.

    Raises: NotFound; NotAllowed with the reason, also when that account would not take it.
    """
    row = requests.row(portal.member_id, request_id)
    request = requests.to_domain(row)
    if row.connection == connection:
        return
    obstacle = _obstacle(ctx, row, request, connection)
    if obstacle is not None:
        raise NotAllowed(obstacle.message, **obstacle.params)
    act = _act(ctx, portal, user_id, row, connection)
    with writing():
        requests.lock(portal.member_id, request_id)
        _move(ctx, portal.member_id, request_id, act, connection)
    ctx.hints.hint(portal.member_id)


def reroute_request(ctx: Context, portal: Portal, user_id: int, request_id: str, connection: str) -> None:
    """The same for an employee. Raises: NotAllowed when Bitrix24 does not show him the card."""
    reach_request(ctx, portal, user_id, request_id)
    send_through(ctx, portal, user_id, request_id, connection)


def _move(ctx: Context, portal: str, request_id: str, act: SendThrough, connection: str) -> None:
    take_from_service(ctx, portal, request_id)
    requests.move(portal, request_id, connection, provider_of(portal, connection))
    apply_inside(ctx, portal, request_id, act)
    request_words.refresh(portal, request_id)


def _act(ctx: Context, portal: Portal, user_id: int, row: Request, connection: str) -> SendThrough:
    names = {offer.id: offer.name for offer in offers_of(ctx, portal)}
    return SendThrough(
        by=user_id,
        former=names.get(row.connection, row.provider),
        service=names[connection],
        is_external=bool(connection),
        is_test=is_test(ctx, portal.member_id, connection),
        can_remind=capabilities_of(ctx, portal.member_id, connection).manual_reminders,
    )


def _obstacle(ctx: Context, row: Request, request: SignatureRequest, connection: str) -> Sentence | None:
    return next(_obstacles(ctx, row, request, connection), None)


def _obstacles(ctx: Context, row: Request, request: SignatureRequest, connection: str) -> Iterator[Sentence]:
    if request.expires_at is not None and request.expires_at <= ctx.now():
        yield Sentence(N_("The last day to sign this document is over. Send it anew from the card."))
    elsewhere = Request(**{**row.__data__, "connection": connection})
    yield from (Sentence.of(problem) for _field, problem in fit_problems(ctx, elsewhere, request))
