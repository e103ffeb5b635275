"""A connection's secrets as its room wants them: locked in the database, renewed by one process at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from b24app.errors import N_, NotFound
from b24app.store import connections
from b24app.store.database import exclusive, writing
from b24app.store.vault import Vault

Secrets = Mapping[str, str]


class KeptKeys:
    """The keys of one connection (providers.room.Keys)."""

    def __init__(self, vault: Vault, portal: str, connection: str) -> None:
        self._vault = vault
        self._portal = portal
        self._connection = connection

    def renew(self, stale: Secrets, trade: Callable[[Secrets], Secrets]) -> Secrets:
        """Trade the keys that stand, unless somebody has renewed them while we waited.

        The lock spans no transaction: `trade` goes over the network. What an administrator entered in the meantime
        stays. Raises: NotFound when the account was taken away.
        """
        with exclusive(f"keys/{self._portal}/{self._connection}"):
            locked, standing = self._standing()
            if standing != dict(stale):
                return standing
            fresh = dict(trade(standing))
            while not self._replace(locked, fresh):
                locked, now_standing = self._standing()
                if now_standing != standing:
                    return now_standing
            return fresh

    def _standing(self) -> tuple[str, dict[str, str]]:
        """The secrets as they are locked in the row, and open."""
        row = connections.find(self._portal, self._connection)
        if row is None or not row.secrets:
            raise NotFound(N_("This signing service is not connected."))
        return row.secrets, dict(json.loads(self._vault.unlock(row.secrets)))

    def _replace(self, locked: str, fresh: Secrets) -> bool:
        """False when the row is locked otherwise by now: changed, or only under another key."""
        with writing():
            new = self._vault.lock(json.dumps(dict(fresh)))
            return connections.replace_secrets(self._portal, self._connection, locked, new)
