"""An employee's tokens as the portal client wants them: locked in the database, refreshed by one process at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial

from b24app.bitrix.client import Token
from b24app.bitrix.oauth import TokenPair
from b24app.clock import Clock, from_ms, to_ms
from b24app.errors import N_, ReconnectNeeded
from b24app.store import portals
from b24app.store.database import exclusive, writing
from b24app.store.vault import Vault

_ENDED = N_("This employee's connection to Bitrix24 has ended. To renew it, they need to open Paraph in Bitrix24 once.")


class StoredTokens:
    """The token store of one employee in one portal (bitrix.client.TokenStore)."""

    def __init__(self, vault: Vault, now: Clock, portal: str, user_id: int) -> None:
        self._vault = vault
        self._now = now
        self._portal = portal
        self._user_id = user_id

    def load(self) -> Token:
        """Raises: ReconnectNeeded when nothing is stored or it is known to be dead."""
        pair = portals.living_token(self._portal, self._user_id)
        if pair is None:
            raise ReconnectNeeded(_ENDED, code="no_token")
        return Token(
            access_token=self._vault.unlock(pair.access_token),
            refresh_token=partial(self._vault.unlock, pair.refresh_token),
            expires_at=from_ms(pair.expires_at),
            client_endpoint=pair.client_endpoint,
        )

    def locked(self) -> AbstractContextManager[None]:
        """Hold other threads, processes and machines off, without a transaction that would span the refresh."""
        return exclusive(f"token/{self._portal}/{self._user_id}")

    def save(self, pair: TokenPair) -> None:
        """Keep a fresh pair of this very employee.

        The refresh token came with a launch, where only the access token is proven: what it was traded for may belong
        to somebody else, and its address must never become this portal's.
        Raises: ReconnectNeeded when it does; nothing of it is kept then.
        """
        if pair.member_id != self._portal or pair.user_id not in (None, self._user_id):
            self.dead("foreign_token")
            raise ReconnectNeeded(_ENDED, code="foreign_token", permanent=True)
        with writing():
            portals.save_token(
                self._portal,
                self._user_id,
                access=self._vault.lock(pair.access_token),
                refresh=self._vault.lock(pair.refresh_token),
                expires_at=to_ms(pair.expires_at),
            )
        if pair.client_endpoint:
            self.moved(pair.client_endpoint)

    def moved(self, new_endpoint: str) -> None:
        if portals.get(self._portal).client_endpoint != new_endpoint:
            with writing():
                portals.save(self._portal, client_endpoint=new_endpoint)

    def dead(self, _reason: str) -> None:
        with writing():
            portals.mark_token_dead(self._portal, self._user_id, to_ms(self._now()))
