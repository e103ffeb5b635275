"""How a provider is listed and opened: light until a worker needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from b24app.clock import Clock
from b24app.providers.base import Letters, Provider
from b24app.providers.capabilities import Capabilities


class Limiter(Protocol):
    """The account's bucket of calls, shared by all processes."""

    def take(self, *, heavy: bool = False) -> None:
        """Take one before every HTTP call. Raises: RATE_LIMITED with the time to wait, when that is long."""


@dataclass(frozen=True)
class Account:
    """One connection, unlocked: what a room is opened with. `settings` are the connection's own (test mode, host)."""

    connection: str
    secrets: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Means:
    """What the house lends to a room: its clock, its bucket of calls, its mail."""

    now: Clock
    limiter: Limiter
    letters: Letters


@dataclass(frozen=True)
class Room:
    """A provider as it is listed: light, known to the web process too. `open` alone loads its SDK, in the worker.

    `name` stands in tables and code, `title` is what people read. `capabilities` answers for a connection's settings,
    without a network.
    """

    name: str
    title: str
    capabilities: Callable[[Mapping[str, object]], Capabilities]
    open: Callable[[Account, Means], Provider]
