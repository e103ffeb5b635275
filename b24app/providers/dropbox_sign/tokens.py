"""What a call shows to be let in: the account's API key, or a token that is traded for a fresh one in time.

developers.hellosign.com/docs/oauth
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from b24app.clock import Clock
from b24app.errors import ProviderError, Trouble
from b24app.providers.dropbox_sign.capabilities import TITLE
from b24app.providers.dropbox_sign.connecting import API_KEY, CLIENT_SECRET
from b24app.providers.refusals import refusal
from b24app.providers.room import CODE, RETURN_TO, STATE, Keys

Secrets = Mapping[str, str]

ACCESS, REFRESH, EXPIRES_AT = "access_token", "refresh_token", "expires_at"  # the last in epoch seconds
EARLY = timedelta(minutes=2)
_USED_UP = (CODE, STATE, RETURN_TO)


@dataclass(frozen=True)
class Tokens:
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    life_s: int


class Pass(Protocol):
    """`username` or `access_token`, as the SDK's configuration names them."""

    def shown(self) -> Mapping[str, str]:
        """Return what the next call shows."""

    def renew(self) -> bool:
        """The last call was not let in: say whether another try makes sense."""


class Trade(Protocol):
    """The two calls that make tokens."""

    def generate(self, code: str, state: str, client_secret: str) -> Tokens: ...

    def refresh(self, refresh_token: str, client_secret: str) -> Tokens: ...


class KeyPass:
    """An API key: the user name, without a password."""

    def __init__(self, secrets: Secrets) -> None:
        self._key = secrets.get(API_KEY, "").strip()

    def shown(self) -> Mapping[str, str]:
        return {"username": self._key}

    def renew(self) -> bool:
        return False


class TokenPass:
    """A token of the customer's account, traded by one process at a time and kept before it is used."""

    def __init__(self, secrets: Secrets, keys: Keys, now: Clock, trade: Trade) -> None:
        self._secrets = secrets
        self._keys = keys
        self._now = now
        self._trade = trade

    def shown(self) -> Mapping[str, str]:
        """Raises: CONSENT_NEEDED when there is nothing to trade, or what there is has been withdrawn."""
        if self._is_stale():
            self.renew()
        return {"access_token": self._secrets[ACCESS]}

    def renew(self) -> bool:
        self._secrets = self._keys.renew(self._secrets, self._traded)
        return True

    def _is_stale(self) -> bool:
        until = float(self._secrets.get(EXPIRES_AT) or 0)
        return CODE in self._secrets or ACCESS not in self._secrets or until <= (self._now() + EARLY).timestamp()

    def _traded(self, standing: Secrets) -> Secrets:
        kept = {name: value for name, value in standing.items() if name not in _USED_UP}
        got = self._got(standing)
        until = self._now() + timedelta(seconds=got.life_s)
        fresh = {ACCESS: got.access, EXPIRES_AT: str(int(until.timestamp()))}
        return kept | fresh | {REFRESH: got.refresh or standing.get(REFRESH, "")}

    def _got(self, standing: Secrets) -> Tokens:
        """Trade what a person's consent has brought; where that is worth nothing, go on with the older consent."""
        secret = standing.get(CLIENT_SECRET, "")
        if CODE in standing:
            try:
                return self._trade.generate(standing[CODE], standing.get(STATE, ""), secret)
            except ProviderError as error:
                if error.kind is not Trouble.CONSENT_NEEDED or REFRESH not in standing:
                    raise
        if not standing.get(REFRESH):
            raise refusal(Trouble.CONSENT_NEEDED, TITLE)
        return self._trade.refresh(standing[REFRESH], secret)
