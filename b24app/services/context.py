"""What services need of the world, chosen once in wiring.py and handed to each as its first argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from b24app.bitrix.client import Portal as PortalClient
from b24app.bitrix.oauth import OAuthServer
from b24app.bitrix.rest_log import RestLog
from b24app.bitrix.transport import Transport
from b24app.clock import Clock, trusted
from b24app.documents.storage import Blobs
from b24app.letters.smtp import Mailer
from b24app.providers.base import Room
from b24app.providers.doors import Door
from b24app.settings import Settings
from b24app.store.tables import Portal
from b24app.store.vault import Vault


class Hints(Protocol):
    """Tells the worker that a portal has work; may be lost or doubled without harm."""

    def hint(self, portal: str) -> None: ...


class Observer(Protocol):
    """Is told what happened, for the figures of operators; never raises."""

    def rate_waited(self, portal: str, seconds: float, how: str) -> None: ...

    def document_sealed(self, seconds: float) -> None: ...

    def request_answered(self, route: str, method: str, status: int, seconds: float) -> None: ...


@dataclass(frozen=True)
class Context:
    """The composition: adapters and sources of time, ids and secrets."""

    settings: Settings
    now: Clock
    new_id: Callable[[], str]  # 128-bit random, url-safe
    new_secret: Callable[[], str]  # 256-bit random, url-safe
    vault: Vault
    blobs: Blobs
    transport: Transport
    rest_log: RestLog
    oauth: OAuthServer
    mailer: Mailer
    hints: Hints
    rooms: Mapping[str, Room]  # the signing providers, by name
    doors: Mapping[str, Door]  # where they post their events
    rest: Callable[[Portal, int], PortalClient]  # a client speaking with one employee's token
    observer: Observer
    metrics: Callable[[], bytes]  # the page of figures

    def trusted_now(self) -> datetime | None:
        """Read the time for what time alone causes; None while a clock that has jumped is not believed."""
        return trusted(self.now)

    def url(self, path: str) -> str:
        """Make an address of ours that the outside can open."""
        return self.settings.public_url.rstrip("/") + path
