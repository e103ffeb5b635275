"""Accounts, their API apps and the tokens they grant."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

from b24app.sandbox import ids

TOKEN_LIFE_S = 3600
CODE_LIFE_S = 600
SCOPES = (
    "basic_account_info",
    "request_signature",
    "account_access",
    "signature_request_access",
    "template_access",
    "team_access",
    "api_app_access",
)


@dataclass
class Account:
    """A customer. `quota` counts production requests left; `confirmed`: the e-mail address was."""

    email: str
    name: str
    account_id: str = field(default_factory=lambda: ids.hex_id(40))
    api_key: str = field(default_factory=lambda: ids.hex_id(64))
    paid: bool = True
    confirmed: bool = True
    quota: int = 1250
    callback_url: str | None = None
    locale: str = "en-US"

    def rotate_key(self) -> str:
        """A new API key; the old one is worth nothing from now on and events are hashed with the new one."""
        self.api_key = ids.hex_id(64)
        return self.api_key


@dataclass
class ApiApp:
    """An application registered by an account. `approved`: may embed outside test mode."""

    name: str
    owner: Account
    domains: list[str]
    client_id: str = field(default_factory=lambda: ids.hex_id(32))
    secret: str = field(default_factory=lambda: ids.hex_id(32))
    callback_url: str | None = None
    oauth_callback_url: str = ""
    oauth_scopes: list[str] = field(default_factory=list)
    approved: bool = True
    can_insert_everywhere: bool = False
    created_at: int = field(default_factory=lambda: int(time.time()))


@dataclass
class Grant:
    """Tokens of an account for an app."""

    client_id: str
    account: Account
    scopes: tuple[str, ...]
    expires_at: float
    access: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    refresh: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    revoked: bool = False


@dataclass(frozen=True)
class Code:
    """An authorization code, good for ten minutes and once."""

    client_id: str
    account: Account
    scopes: tuple[str, ...]
    state: str
    expires_at: float


@dataclass(frozen=True)
class Caller:
    """Who calls: an account by its key (`scopes` None: everything) or by a token of an app."""

    account: Account
    scopes: tuple[str, ...] | None = None
    client_id: str | None = None

    def may(self, *scopes: str) -> bool:
        return self.scopes is None or any(scope in self.scopes for scope in scopes)


class Directory:
    """Everybody known to the service."""

    def __init__(self) -> None:
        self.accounts: list[Account] = []
        self.apps: dict[str, ApiApp] = {}
        self.grants: list[Grant] = []
        self.codes: dict[str, Code] = {}
        self.token_life_s = TOKEN_LIFE_S

    def by_key(self, api_key: str) -> Account | None:
        return next((one for one in self.accounts if one.api_key == api_key), None)

    def by_email(self, email: str) -> Account | None:
        return next((one for one in self.accounts if one.email.lower() == email.lower()), None)

    def by_access(self, token: str) -> Grant | None:
        return next((one for one in self.grants if one.access == token and not one.revoked), None)

    def add_account(self, email: str, name: str) -> Account:
        account = Account(email, name)
        self.accounts.append(account)
        return account

    def add_app(self, app: ApiApp) -> ApiApp:
        self.apps[app.client_id] = app
        return app

    def new_code(self, app: ApiApp, account: Account, scopes: tuple[str, ...], state: str, now: float) -> str:
        code = ids.hex_id(16)
        self.codes[code] = Code(app.client_id, account, scopes, state, now + CODE_LIFE_S)
        return code

    def trade_code(self, code: str, client_id: str, state: str, now: float) -> Grant | None:
        """Use a code up; None when it is unknown, late, another app's or came with another state."""
        known = self.codes.pop(code, None)
        if known is None or known.client_id != client_id or known.state != state or known.expires_at < now:
            return None
        return self.grant(client_id, known.account, known.scopes, now)

    def grant(self, client_id: str, account: Account, scopes: tuple[str, ...], now: float) -> Grant:
        grant = Grant(client_id, account, scopes, now + self.token_life_s)
        self.grants.append(grant)
        return grant

    def refresh(self, token: str, client_id: str, now: float) -> Grant | None:
        """New access token; the refresh token stays, as in the published example."""
        old = next((one for one in self.grants if one.refresh == token and not one.revoked), None)
        if old is None or old.client_id != client_id:
            return None
        old.access = secrets.token_urlsafe(48)
        old.expires_at = now + self.token_life_s
        return old
