"""Delivery of events: form-encoded POSTs from a queue, slightly late, never repeated.

docs: api-reference/events/events.md
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from b24app.sandbox import moments, php
from b24app.sandbox.portal.event_names import APP_EVENTS

if TYPE_CHECKING:
    from b24app.sandbox.portal.apps import LocalApp
    from b24app.sandbox.portal.portal import Portal

DELAY_S = 0.05
TIMEOUT_S = 15


@dataclass(frozen=True)
class Binding:
    """One handler. `auth_type` 0 = the token of whoever caused the event."""

    client_id: str
    event: str
    handler: str
    auth_type: int = 0
    offline: bool = False
    id: int = 0

    def same_as(self, other: Binding) -> bool:
        return (self.client_id, self.event, self.handler, self.auth_type, self.offline) == (
            other.client_id,
            other.event,
            other.handler,
            other.auth_type,
            other.offline,
        )


@dataclass(frozen=True)
class Delivery:
    """One POST that was tried. `status` 0 = nobody answered."""

    event: str
    url: str
    status: int
    data: dict[str, Any]
    at: float


class EventBus:
    """Bindings of a portal and the one thread that posts to them."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._ids = itertools.count(709)
        self._queue: queue.Queue[tuple[str, str, dict[str, Any]] | None] = queue.Queue()
        self.bindings: list[Binding] = []
        self.deliveries: list[Delivery] = []
        self.delay_s = DELAY_S
        threading.Thread(target=self._work, daemon=True).start()

    def bind(self, binding: Binding) -> None:
        numbered = Binding(
            binding.client_id, binding.event, binding.handler, binding.auth_type, binding.offline, next(self._ids)
        )
        self.bindings.append(numbered)

    def fire(self, event: str, data: dict[str, Any], user_id: int | None, *, client_id: str | None = None) -> None:
        """Queue an event for every bound handler of an installed application.

        `user_id` None: a robot or agent caused it, the payload then has no token.
        """
        for binding in list(self.bindings):
            app = self._portal.apps[binding.client_id]
            if binding.event != event or binding.offline or (client_id and binding.client_id != client_id):
                continue
            if app.removed or not app.installed:
                continue
            payload = {
                "event": event,
                "event_handler_id": str(binding.id),
                "data": data,
                "ts": moments.unix(),
                "auth": self.auth(app, binding.auth_type or user_id),
            }
            self.post(binding.handler, payload)

    def auth(self, app: LocalApp, user_id: int | None, *, refresh: bool = False) -> dict[str, Any]:
        """The `auth` block; token fields only when a user stands behind the event."""
        portal = self._portal
        common = {
            "domain": portal.domain,
            "server_endpoint": portal.oauth_endpoint(),
            "status": app.status,
            "client_endpoint": f"{portal.url}/rest/",
            "member_id": app.member_id,
            "application_token": app.application_token,
        }
        if user_id is None:
            return common
        grant = portal.tokens.issue(app.client_id, app.member_id, user_id, app.scope)
        token: dict[str, Any] = {
            "access_token": grant.access,
            "expires": int(grant.expires_at),
            "expires_in": grant.life_s,
            "scope": app.scope,
            "user_id": user_id,
        }
        if refresh:
            token["refresh_token"] = grant.refresh
        return token | common

    def post(self, url: str, payload: dict[str, Any]) -> None:
        """Queue one POST; ordered troubles may double or lose it."""
        name = str(payload.get("event", payload.get("code", "")))
        if self._portal.faults.take("lost_event", name):
            return
        self._queue.put((url, name, payload))
        if self._portal.faults.take("duplicate_event", name):
            self._queue.put((url, name, payload))

    def _work(self) -> None:
        session = requests.Session()
        session.headers["User-Agent"] = "Bitrix24 Webhook Engine"
        while (job := self._queue.get()) is not None:
            time.sleep(self.delay_s)
            try:
                self._deliver(session, *job)
            finally:
                self._queue.task_done()

    def _deliver(self, session: requests.Session, url: str, name: str, payload: dict[str, Any]) -> None:
        try:
            response = session.post(url, data=php.flatten(payload), timeout=TIMEOUT_S, allow_redirects=False)
            status = response.status_code
        except requests.RequestException:
            status = 0
        self.deliveries.append(Delivery(name, url, status, payload, time.time()))

    def settle(self) -> None:
        """Wait until everything queued has been tried."""
        self._queue.join()

    def forget(self, client_id: str) -> None:
        """Drop an application's handlers (uninstall, update)."""
        self.bindings = [binding for binding in self.bindings if binding.client_id != client_id]

    def stop(self) -> None:
        self._queue.put(None)


def is_app_event(name: str) -> bool:
    return name in APP_EVENTS
