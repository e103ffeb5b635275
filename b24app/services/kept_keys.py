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

        The lock spans no transaction: `trade` goes over the network. Raises: NotFound when the account was taken away.
        """
        with exclusive(f"keys/{self._portal}/{self._connection}"):
            standing = self._standing()
            if standing != dict(stale):
                return standing
            fresh = dict(trade(standing))
            with writing():
                connections.save(self._portal, self._connection, secrets=self._vault.lock(json.dumps(fresh)))
            return fresh

    def _standing(self) -> dict[str, str]:
        row = connections.find(self._portal, self._connection)
        if row is None or not row.secrets:
            raise NotFound(N_("This signing service is not connected."))
        return dict(json.loads(self._vault.unlock(row.secrets)))
