"""A list of requests as pages show it: what was asked for, the lines, the filters with what waits in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from b24app.services.list_requests import MAX_TEXT, Asked, Show, count_to_act, list_requests
from b24app.services.showing import Listing
from b24app.web.guards import Caller, caller_is_admin, context

FEW = 8  # lines of a card that need neither search nor filters


@dataclass(frozen=True)
class ListPage:
    """`at` is the door that answers the list's own forms; `counts` stand beside filters."""

    at: str
    asked: Asked
    listing: Listing
    counts: Mapping[Show, int]

    @property
    def filters(self) -> tuple[Show, ...]:
        return tuple(Show)

    @property
    def is_asked(self) -> bool:
        return self.asked != Asked()

    @property
    def has_tools(self) -> bool:
        return self.is_asked or bool(self.listing.next) or len(self.listing.lines) > FEW


def read_asked() -> Asked:
    """Read what the list's form asks for: the filter that was pressed, else the one that stood there."""
    show = request.form.get("show") or request.form.get("shown", "")
    return Asked(
        text=request.form.get("q", "").strip()[:MAX_TEXT],
        show=Show(show) if show in list(Show) else Show.ALL,
        before=request.form.get("before", ""),
    )


def list_page(caller: Caller, at: str, asked: Asked | None = None) -> ListPage:
    """List the requests of the caller's card; without a card his own, or all for an administrator.

    Raises: NotAllowed for a card that Bitrix24 does not show him.
    """
    asked = asked or Asked()
    sees_all = caller.entity is None and caller_is_admin(caller)
    listing = list_requests(context(), caller.portal, caller.user_id, caller.entity, sees_all=sees_all, asked=asked)
    counts = {} if caller.entity else count_to_act(caller.portal, caller.user_id, sees_all=sees_all)
    return ListPage(at, asked, listing, counts)
