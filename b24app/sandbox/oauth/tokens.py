"""Access and refresh tokens: (application, portal, user), 3600 s, rotating on refresh."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from b24app.sandbox import ids

ACCESS_LIFE_S = 3600
REFRESH_LIFE_S = 180 * 24 * 3600
CODE_LIFE_S = 30


@dataclass
class Grant:
    """One pair of tokens. `refresh_used` marks a refresh token that was traded already."""

    access: str
    refresh: str
    client_id: str
    member_id: str
    user_id: int
    scope: str
    expires_at: float
    life_s: int
    refresh_used: bool = False
    revoked: bool = False

    @property
    def expired(self) -> bool:
        return time.time() >= self.expires_at

    @property
    def remaining_s(self) -> int:
        return max(0, round(self.expires_at - time.time()))


@dataclass(frozen=True)
class Code:
    """An authorization code of the full flow, good for 30 s."""

    client_id: str
    member_id: str
    user_id: int
    scope: str
    expires_at: float


class TokenStore:
    """All tokens of all portals. `life_s` may be shortened by a test."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._codes: dict[str, Code] = {}
        self.life_s = ACCESS_LIFE_S

    def issue(self, client_id: str, member_id: str, user_id: int, scope: str, life_s: int | None = None) -> Grant:
        """New pair of tokens."""
        life = self.life_s if life_s is None else life_s
        grant = Grant(ids.token(), ids.token(), client_id, member_id, user_id, scope, time.time() + life, life)
        with self._lock:
            self._access[grant.access] = grant
            self._refresh[grant.refresh] = grant
        return grant

    def by_access(self, access: str) -> Grant | None:
        return self._access.get(access)

    def trade(self, refresh: str, client_id: str) -> Grant | None:
        """Use a refresh token up; None when it is unknown, used, revoked or another application's."""
        with self._lock:
            grant = self._refresh.get(refresh)
            if grant is None or grant.client_id != client_id or grant.refresh_used or grant.revoked:
                return None
            grant.refresh_used = True
        return self.issue(grant.client_id, grant.member_id, grant.user_id, grant.scope)

    def new_code(self, client_id: str, member_id: str, user_id: int, scope: str) -> str:
        code = ids.token()
        with self._lock:
            self._codes[code] = Code(client_id, member_id, user_id, scope, time.time() + CODE_LIFE_S)
        return code

    def trade_code(self, code: str, client_id: str) -> Grant | None:
        """Use an authorization code up within its 30 s."""
        with self._lock:
            known = self._codes.pop(code, None)
        if known is None or known.client_id != client_id or known.expires_at < time.time():
            return None
        return self.issue(known.client_id, known.member_id, known.user_id, known.scope)

    def expire(self, member_id: str | None = None) -> int:
        """Let access tokens (of one portal) run out now; says how many."""
        return self._each(member_id, None, lambda grant: setattr(grant, "expires_at", 0.0))

    def revoke(self, member_id: str, client_id: str | None = None, user_id: int | None = None) -> int:
        """Kill pairs for good: uninstalled application, dismissed employee."""

        def kill(grant: Grant) -> None:
            if user_id is None or grant.user_id == user_id:
                grant.revoked = True

        return self._each(member_id, client_id, kill)

    def _each(self, member_id: str | None, client_id: str | None, act: object) -> int:
        assert callable(act)
        with self._lock:
            chosen = [
                grant
                for grant in self._access.values()
                if (member_id is None or grant.member_id == member_id)
                and (client_id is None or grant.client_id == client_id)
            ]
        for grant in chosen:
            act(grant)
        return len(chosen)
