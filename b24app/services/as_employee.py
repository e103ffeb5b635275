"""Speak to the portal with the right employee's token: the sender's, else the installer's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from b24app.bitrix.client import Portal as PortalClient
from b24app.errors import N_, BitrixError, ReconnectNeeded
from b24app.services.context import Context
from b24app.store import portals
from b24app.store.database import writing
from b24app.store.tables import Portal

T = TypeVar("T")
Work = Callable[[PortalClient, bool], T]  # (client, whether a part of it may have been done before: look first)

NOT_THIS_EMPLOYEE = frozenset({"user_access_error", "access_denied", "invalid_credentials", "authorization_error"})


def as_employee(
    ctx: Context, portal: Portal, user_ids: tuple[int, ...], work: Work[T], *, look_first: bool = False
) -> T:
    """Run `work` with the first employee whose token lives and whose rights suffice; the installer comes last.

    One who may not do all of it may have done a part: the next one is told to look first.
    Raises: ReconnectNeeded when no token is alive (the portal's health then says who can restore it), else what the
    last try raised.
    """
    candidates = list(dict.fromkeys((*user_ids, portal.installer_id)))
    last: BitrixError | None = None
    for user_id in filter(None, candidates):
        try:
            return work(ctx.rest(portal, user_id), look_first)
        except ReconnectNeeded as error:
            last = last or error
        except BitrixError as error:
            if error.code not in NOT_THIS_EMPLOYEE:
                raise
            last, look_first = error, True
    if isinstance(last, ReconnectNeeded) or last is None:
        _tell_administrator(portal)
        raise last or ReconnectNeeded(N_("No connection to Bitrix24 is stored. Open Paraph in Bitrix24."))
    raise last


def _tell_administrator(portal: Portal) -> None:
    with writing():
        note = N_("The connection to Bitrix24 was lost. An administrator needs to open Paraph once to restore it.")
        portals.save(portal.member_id, health="reconnect", health_note=note)
