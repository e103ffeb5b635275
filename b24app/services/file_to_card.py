"""Put the sealed document into the timeline and pin it; close the live card."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.bitrix import timeline
from b24app.bitrix.client import Portal as PortalClient
from b24app.domain.events import EventType
from b24app.errors import N_, BitrixError
from b24app.outbox.message import Message
from b24app.services.as_employee import as_employee
from b24app.services.context import Context
from b24app.services.live_card import marked
from b24app.services.marks import LOOK_BACK, filed_mark
from b24app.services.relay_to_portal import GONE, Step, notification, raise_refusal, send_card, told
from b24app.services.show_request import certificate_name, file_name
from b24app.store.database import writing
from b24app.store.tables import Request


def file_to_card(ctx: Context, message: Message) -> None:
    """Add the comment that carries the sealed PDF; before a second try, look whether the first one arrived."""
    step = Step.of(message, ctx.now())
    row = step.row
    if row.comment_id is not None or not row.final_sha256:
        return
    files = {file_name(row.title): ctx.blobs.get(row.final_sha256)}
    if row.certificate_sha256:
        files[certificate_name(row.title)] = ctx.blobs.get(row.certificate_sha256)

    def send(client: PortalClient, look_first: bool) -> int:
        return (look_first and _find(client, step)) or _comment(ctx, client, step, files)

    comment_id = as_employee(ctx, step.portal, step.employees, send, look_first=message.is_retry)
    with writing():
        Request.update(comment_id=comment_id).where((Request.portal == row.portal) & (Request.id == row.id)).execute()


def pin_document(ctx: Context, message: Message) -> None:
    """Close the card, pin the comment, log and notify, in one batch; a refused pin is told, not retried."""
    step = Step.of(message, ctx.now())
    assert step.event is not None
    assert step.event.type is EventType.REQUEST_COMPLETED

    def send(client: PortalClient, look_first: bool) -> None:
        _pin(client, step, look_first)

    as_employee(ctx, step.portal, step.employees, send, look_first=message.is_retry)


def _find(client: PortalClient, step: Step) -> int | None:
    assert step.event is not None
    marker, name = filed_mark(step.row.id), file_name(step.row.title)
    return timeline.find_comment(client, step.entity, marker, name, step.event.at - LOOK_BACK)


def _comment(ctx: Context, client: PortalClient, step: Step, files: Mapping[str, bytes]) -> int:
    url = ctx.url(filed_mark(step.row.id))
    text = step.say(N_("Signed and sealed: “%(title)s”. Verify it at %(url)s"), title=step.row.title, url=url)
    text = marked(step.request, text, step.say)
    return timeline.comment_with_files(client, step.entity, text, files)


def _pin(client: PortalClient, step: Step, look_first: bool) -> None:
    commands = told(step)
    if step.row.comment_id:
        commands = {"pin": timeline.pin(step.row.comment_id, step.entity), **commands}
    refusal = send_card(client, step, commands, look_first=look_first).error("pin")
    if refusal is not None:
        _go_on_without_pin(client, step, refusal)


def _go_on_without_pin(client: PortalClient, step: Step, refusal: BitrixError) -> None:
    """The refusal stopped the batch: do the rest of it. Say why it is not pinned, unless a person deleted it."""
    if not refusal.permanent:
        raise refusal
    commands = told(step)
    if refusal.code not in GONE:
        commands |= {"note": notification(step, _not_pinned(step))}
    raise_refusal(client.batch(commands, halt=True))


def _not_pinned(step: Step) -> str:
    """A card holds only a few pinned records (trap 58): say which one could not be pinned, and why."""
    return step.say(
        N_("“%(title)s” is completed and added to the timeline, but could not be pinned: unpin another record first."),
        title=step.row.title,
    )
