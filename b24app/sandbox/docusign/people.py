"""Users, accounts, integration keys, consents and tokens."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field

ACCESS_LIFE_S, JWT_LIFE_S, REFRESH_LIFE_S, CODE_LIFE_S = 28_800, 3600, 30 * 86_400, 120


def new_guid() -> str:
    return str(uuid.uuid4())


@dataclass
class Account:
    """A customer. `hmac_keys` sign his Connect messages; `allowance` counts envelopes left."""

    name: str
    account_id: str = field(default_factory=new_guid)
    allowance: int = 1000
    hmac_keys: list[str] = field(default_factory=lambda: [secrets.token_urlsafe(32)])


@dataclass
class User:
    """A person who sends."""

    name: str
    email: str
    accounts: list[Account]
    user_id: str = field(default_factory=new_guid)


@dataclass
class Integration:
    """An integration key. `public_keys` are PEM texts against which JWT assertions are checked."""

    name: str
    redirect_uris: list[str]
    client_id: str = field(default_factory=new_guid)
    secret: str = field(default_factory=new_guid)
    public_keys: list[str] = field(default_factory=list)
    hmac_keys: list[str] = field(default_factory=list)
    consents: dict[str, set[str]] = field(default_factory=dict)  # user_id -> scopes


@dataclass
class Grant:
    """Tokens of a user for an integration; `refresh` empty: none was given (JWT)."""

    client_id: str
    user: User
    scopes: tuple[str, ...]
    expires_at: float
    refresh_until: float = 0.0
    access: str = field(default_factory=lambda: secrets.token_urlsafe(64))
    refresh: str = ""
    revoked: bool = False


@dataclass(frozen=True)
class Code:
    """An authorization code; `challenge` when PKCE was used."""

    client_id: str
    user: User
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str
    expires_at: float


class Directory:
    """Everybody known to the service."""

    def __init__(self) -> None:
        self.users: list[User] = []
        self.integrations: dict[str, Integration] = {}
        self.grants: list[Grant] = []
        self.codes: dict[str, Code] = {}

    def user(self, user_id: str) -> User | None:
        return next((one for one in self.users if one.user_id == user_id), None)

    def by_access(self, token: str, now: float) -> Grant | None:
        """A living token; None when it is unknown, expired or revoked."""
        found = (one for one in self.grants if one.access == token)
        return next((one for one in found if not one.revoked and one.expires_at > now), None)

    def grant(self, client_id: str, user: User, scopes: tuple[str, ...], now: float, *, jwt: bool) -> Grant:
        """New tokens: eight hours and a refresh token, or one hour and none."""
        made = Grant(client_id, user, scopes, now + (JWT_LIFE_S if jwt else ACCESS_LIFE_S))
        if not jwt:
            made.refresh, made.refresh_until = secrets.token_urlsafe(64), now + REFRESH_LIFE_S
        self.grants.append(made)
        return made

    def refresh(self, token: str, client_id: str, now: float) -> Grant | None:
        """A new pair; with the scope `extended` the thirty days begin again, else the old end stays."""
        old = next((one for one in self.grants if one.refresh and one.refresh == token and not one.revoked), None)
        if old is None or old.client_id != client_id or old.refresh_until <= now:
            return None
        new = self.grant(client_id, old.user, old.scopes, now, jwt=False)
        if "extended" not in old.scopes:
            new.refresh_until = old.refresh_until
        return new

    def withdraw(self, client_id: str, user_id: str | None = None) -> None:
        """Consent is taken back: tokens die, JWT assertions are answered with consent_required."""
        for one in self.grants:
            if one.client_id == client_id and user_id in (None, one.user.user_id):
                one.revoked = True
        consents = self.integrations[client_id].consents
        for known in list(consents) if user_id is None else [user_id]:
            consents.pop(known, None)
