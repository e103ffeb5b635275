"""Which provider a request is signed through: the built-in engine, or a room opened for one connection.

For the worker only: opening a room unlocks secrets and loads the vendor's SDK.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from b24app.providers.base import Provider


@dataclass(frozen=True)
class Opening:
    """A room that can be opened. `version` changes with everything it is opened with (keys, settings)."""

    version: str
    open: Callable[[], Provider]


class Registry:
    """(portal, connection) -> its provider; rooms stay open until their keys or settings change.

    `look_up` finds a connection in its portal, and raises NotFound in any other; `look_up_former` finds the room with
    the keys that stood before the last change, for as long as they are kept.
    """

    def __init__(
        self,
        builtin: Provider,
        look_up: Callable[[str, str], Opening],
        look_up_former: Callable[[str, str], Opening | None] = lambda _portal, _connection: None,
    ) -> None:
        self._builtin = builtin
        self._look_up = look_up
        self._look_up_former = look_up_former
        self._open: dict[str, tuple[str, Provider]] = {}

    def of(self, portal: str, connection: str) -> Provider:
        """Return the provider behind a connection; the built-in engine when there is none.

        Raises: NotFound.
        """
        if not connection:
            return self._builtin
        opening = self._look_up(portal, connection)
        version, room = self._open.get(connection, ("", None))
        if room is None or version != opening.version:
            room = opening.open()
            self._open[connection] = (opening.version, room)
        return room

    def former(self, portal: str, connection: str) -> Provider | None:
        """Open the room with its former keys, to verify what was sent under them; None when there are none."""
        opening = self._look_up_former(portal, connection)
        return opening.open() if opening else None
