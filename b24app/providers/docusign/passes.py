"""What lets us in: a token and the account it opens, found out once and kept beside the keys that were entered.

developers.docusign.com/platform/auth: by a signed assertion (JWT grant, a token for one hour) or by the code that came
back from the sign-in page, then by refresh tokens. Which account, and where it lives, userinfo says; that may change.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt

from b24app.errors import Trouble
from b24app.providers.capabilities import Auth
from b24app.providers.docusign.connecting import SCOPES, Hosts, way_taken
from b24app.providers.docusign.line import Line
from b24app.providers.docusign.reading import entries, words
from b24app.providers.docusign.words import TITLE
from b24app.providers.refusals import refusal
from b24app.providers.room import CODE, RETURN_TO, Account, Means

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFE_S = 3600
MARGIN = timedelta(minutes=2)
MOST_TRADES = 4

TOKEN, REFRESH, UNTIL = "access_token", "refresh_token", "token_until"
ACCOUNT_ID, API_URL, ACCOUNT_NAME, USER_EMAIL = "account_id", "api_url", "account_name", "user_email"
_OF_TOKEN = (TOKEN, UNTIL, ACCOUNT_ID, API_URL, ACCOUNT_NAME, USER_EMAIL, CODE, RETURN_TO)

Secrets = Mapping[str, str]


@dataclass(frozen=True)
class Pass:
    """A token that is good for now, and where it is good."""

    account_id: str
    api_url: str
    token: str = field(repr=False)
    account_name: str = ""
    user_email: str = field(default="", repr=False)


class Passes:
    """The pass of one connection. One process at a time trades an old token for a new one (`Keys.renew`)."""

    def __init__(self, hosts: Hosts, account: Account, means: Means, line: Line) -> None:
        self._secrets, self._settings = account.secrets, account.settings
        self._auth_url, self._api_of = hosts.auth(account.settings), hosts.api
        self._means, self._line = means, line

    def present(self) -> Pass:
        """Return a pass, traded for only when there is none.

        Raises: AUTH_FAILED, CONSENT_NEEDED, RATE_LIMITED, UNAVAILABLE.
        """
        for _ in range(MOST_TRADES):
            held = self._secrets
            if not self._is_good(held):
                self._secrets = self._means.keys.renew(held, self._trade)
            elif not held.get(API_URL):
                self._secrets = self._means.keys.renew(held, self._find_account)
            else:
                return Pass(held[ACCOUNT_ID], held[API_URL], held[TOKEN], held[ACCOUNT_NAME], held[USER_EMAIL])
        raise refusal(Trouble.UNAVAILABLE, TITLE)

    def another(self, refused: Pass) -> Pass:
        """Return another pass than the one that was turned away; the account is looked for anew."""
        held = self._secrets
        if held.get(TOKEN) == refused.token:
            self._secrets = self._means.keys.renew(held, self._trade)
        return self.present()

    def _is_good(self, secrets: Secrets) -> bool:
        until = float(secrets.get(UNTIL) or 0)
        return bool(secrets.get(TOKEN)) and until > (self._means.now() + MARGIN).timestamp()

    def _trade(self, standing: Secrets) -> Secrets:
        """Get a new token; what is known of the old one's account goes."""
        asked = self._by_refresh if way_taken(self._settings) is Auth.OAUTH_CODE else self._by_assertion
        answer = asked(standing)
        token, life_s = words(answer, "access_token"), words(answer, "expires_in")
        if not token:
            raise refusal(Trouble.UNAVAILABLE, TITLE)
        known = {name: value for name, value in standing.items() if name not in _OF_TOKEN}
        until = int(self._means.now().timestamp()) + (int(life_s) if life_s.isdecimal() else LIFE_S)
        return {**known, REFRESH: words(answer, REFRESH) or known.get(REFRESH, ""), TOKEN: token, UNTIL: str(until)}

    def _by_refresh(self, standing: Secrets) -> dict[str, Any]:
        """The code that has just come back, else the refresh token: it stays good for thirty days from its last use."""
        if standing.get(CODE):
            form = {"grant_type": "authorization_code", "code": standing[CODE]}
        elif standing.get(REFRESH):
            form = {"grant_type": "refresh_token", "refresh_token": standing[REFRESH]}
        else:
            raise refusal(Trouble.CONSENT_NEEDED, TITLE)
        pair = f"{self._setting('integration_key')}:{standing.get('secret', '')}"
        basic = base64.b64encode(pair.encode()).decode()
        return self._line.ask_account_server("POST", self._token_url, {"Authorization": f"Basic {basic}"}, **form)

    def _by_assertion(self, standing: Secrets) -> dict[str, Any]:
        issued = int(self._means.now().timestamp())
        claims = {
            "iss": self._setting("integration_key"),
            "sub": self._setting("user_id"),
            "aud": urlsplit(self._auth_url).netloc,
            "iat": issued,
            "exp": issued + LIFE_S,
            "scope": SCOPES[Auth.JWT],
        }
        try:
            assertion = jwt.encode(claims, standing.get("private_key", ""), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise refusal(Trouble.AUTH_FAILED, TITLE, code="private_key_unreadable") from None
        form = {"grant_type": JWT_GRANT, "assertion": assertion}
        return self._line.ask_account_server("POST", self._token_url, {}, **form)

    def _find_account(self, standing: Secrets) -> Secrets:
        """Pick the account that was asked for, else the user's default one, and find out where it lives."""
        bearer = {"Authorization": f"Bearer {standing[TOKEN]}"}
        user = self._line.ask_account_server("GET", f"{self._auth_url}/oauth/userinfo", bearer)
        wanted = self._setting("account_id").lower()
        accounts = entries(user, "accounts")
        fitting = [one for one in accounts if not wanted or words(one, "account_id").lower() == wanted]
        if not fitting:
            raise refusal(Trouble.AUTH_FAILED, TITLE, code="account_not_found")
        chosen = next((one for one in fitting if str(one.get("is_default", "")).lower() == "true"), fitting[0])
        api_url = self._api_of(words(chosen, "base_uri"))
        if not api_url:
            raise refusal(Trouble.UNAVAILABLE, TITLE, code="foreign_host")
        return {
            **standing,
            ACCOUNT_ID: words(chosen, "account_id"),
            API_URL: api_url,
            ACCOUNT_NAME: words(chosen, "account_name"),
            USER_EMAIL: words(user, "email"),
        }

    @property
    def _token_url(self) -> str:
        return f"{self._auth_url}/oauth/token"

    def _setting(self, name: str) -> str:
        return str(self._settings.get(name) or "").strip()
