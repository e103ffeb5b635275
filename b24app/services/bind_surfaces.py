"""Bring a portal's placements and events to what manifest.json says, and remember what is missing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.locales import lang_of
from b24app.bitrix.oauth import scopes
from b24app.bitrix.placements import Binding, Step, reconcile, reconcile_events
from b24app.clock import to_ms
from b24app.errors import N_, AppError, BitrixError, OutcomeUnknown
from b24app.manifest import Placement, manifest
from b24app.services.context import Context
from b24app.store import portals
from b24app.store.database import writing
from b24app.store.tables import Portal

GOOD = frozenset({"bound", "kept", "removed", "granted"})


@dataclass(frozen=True)
class Line:
    """One line of progress. `kind`: permissions | placement | event; `what`: a permission, code or event name."""

    kind: str
    what: str
    state: str  # granted | bound | kept | removed | unavailable | failed
    message: str = ""
    error: AppError | None = None  # says it better than `message`: it can be translated

    @property
    def is_good(self) -> bool:
        return self.state in GOOD


def bind_surfaces(ctx: Context, portal: Portal, user_id: int) -> Iterator[Line]:
    """Bind what is missing, with an administrator's token; yields a line as each step is known.

    Never raises for what Bitrix24 answers: a failure is a line. Running it twice changes nothing.
    """
    client = ctx.rest(portal, user_id)
    missing: list[str] = []
    for line in _lines(ctx, client):
        if not line.is_good:
            missing.append(line.what)
        yield line
    with writing():
        portals.set_option(portal.member_id, bound_at=to_ms(ctx.now()), not_bound=missing)
        portals.give_surfaces(portal.member_id, surfaces_of(ctx), ctx.now())


def bind_all(ctx: Context, portal: Portal, user_id: int) -> list[Line]:
    """Do the same at once, for callers that show nothing meanwhile."""
    return list(bind_surfaces(ctx, portal, user_id))


def surfaces_of(ctx: Context) -> str:
    """Name what we bind, and where it leads: another name means that portals must be bound anew."""
    it = manifest()
    content = [asdict(placement) for placement in it.placements], it.events, it.event_handler, ctx.settings.public_url
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _lines(ctx: Context, client: PortalClient) -> Iterator[Line]:
    base_url = ctx.settings.public_url
    wanted = [_binding(placement) for placement in manifest().placements]
    events = dict.fromkeys(manifest().events, manifest().event_handler)
    yield from _guarded("permissions", manifest().name, _check_scopes(client))
    yield from _guarded("placement", "placement.get", reconcile(client, wanted, base_url=base_url))
    yield from _guarded("event", "event.get", reconcile_events(client, events, base_url))


def _guarded(kind: str, what: str, steps: Iterator[Step]) -> Iterator[Line]:
    """Turn an error that stops a whole group into its last line."""
    try:
        for step in steps:
            yield Line(kind, step.what, step.state, step.message, step.error)
    except (BitrixError, OutcomeUnknown) as error:
        yield Line(kind, what, "failed", error=error)


def _check_scopes(client: PortalClient) -> Iterator[Step]:
    granted = scopes(client.call("scope").result)
    missing = [scope for scope in manifest().scopes if scope not in granted]
    for scope in missing:
        yield Step(
            scope,
            "failed",
            N_("The application does not have this permission. Grant it in its settings in Bitrix24, then try again."),
        )
    if not missing:
        yield Step(", ".join(manifest().scopes), "granted")


def _binding(placement: Placement) -> Binding:
    titles = {lang_of(locale): title for locale, title in placement.titles.items()}
    return Binding(placement.code, placement.handler, placement.titles["en"], titles)
