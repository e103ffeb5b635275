"""Events that signing providers post: kept raw, answered at once in the words they wait for; the worker reads them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from b24app.services.keep_provider_event import find_addressee, keep_provider_event
from b24app.web.guards import context

bp = Blueprint("provider_webhooks", __name__)

MAX_EVENT_BYTES = 2 * 1024 * 1024


@bp.post("/webhooks/<step>/<secret>")
def receive(step: str, secret: str) -> ResponseReturnValue:
    """Answer 404 under an unknown secret, before the body is read; else store it and give the provider its answer."""
    ctx = context()
    door = ctx.doors.get(step)
    addressee = find_addressee(door.provider, secret) if door else None
    if door is None or addressee is None:
        abort(404)
    request.max_content_length = MAX_EVENT_BYTES
    headers = {name.lower(): value for name, value in request.headers.items()}
    keep_provider_event(ctx, addressee, headers, request.get_data(cache=False))
    return Response(door.ack.body, door.ack.status, content_type=door.ack.content_type)
