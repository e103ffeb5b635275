"""The OAuth server: prove a token, refresh it, exchange a code.

Tokens and the client secret go to the configured server only, never to an address that a request or an answer names.
Source: settings/oauth/index.md, settings/oauth/auto-renewal.md, settings/oauth/error-codes.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from b24app.bitrix.entities import positive_int
from b24app.bitrix.error_codes import DEAD, EXPIRED, NOT_INSTALLED, has_error, meaning_of, to_error
from b24app.bitrix.exchanges import NOBODY, Whose
from b24app.bitrix.transport import Transport
from b24app.clock import Clock, from_ms, utc_now
from b24app.errors import N_, BitrixError, OutcomeUnknown, ReconnectNeeded, Unauthentic

DEFAULT_LIFE_S = 3600


@dataclass(frozen=True)
class Proof:
    """What the OAuth server says about an access token: whose it is and where its portal lives."""

    client_id: str
    member_id: str
    domain: str
    client_endpoint: str
    user_id: int
    scope: frozenset[str]
    installed: bool
    status: str
    expires_at: datetime
    version: int = 0  # of the application as it is installed there; 0 when it is not told


@dataclass(frozen=True)
class TokenPair:
    """A fresh pair of tokens; the pair it came from no longer works."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    client_endpoint: str
    member_id: str
    user_id: int | None
    scope: frozenset[str]


class OAuthServer:
    """One configured OAuth server, for example https://oauth.bitrix.info."""

    def __init__(self, transport: Transport, base_url: str, *, now: Clock = utc_now) -> None:
        self._transport = transport
        self._base = base_url.rstrip("/")
        self._now = now

    def prove(self, access_token: str) -> Proof:
        """Ask whose token this is.

        Raises: ReconnectNeeded when it has expired, Unauthentic when it proves nothing, BitrixError when the server
        cannot be asked. Source: bitrix24/b24pysdk, validate_against_app_info.
        """
        if not access_token:
            raise Unauthentic(N_("Bitrix24 sent no access token. Open the application in Bitrix24 again."))
        answer = self._transport.get_json(f"{self._base}/rest/app.info", {"auth": access_token})
        if has_error(answer.body):
            raise self._refusal(answer.status, answer.body)
        return self._read_proof(answer.body.get("result"))

    def _refusal(self, status: int, body: Mapping[str, Any]) -> Exception:
        error = to_error(status, body, "app.info")
        kind = meaning_of(status, body).kind
        if error.code == "expired_token":
            return error
        if kind in (EXPIRED, DEAD, NOT_INSTALLED) or status == 401:
            return Unauthentic(N_("Bitrix24 does not recognise this session. Open the application in Bitrix24 again."))
        return error

    def _read_proof(self, result: Any) -> Proof:
        found = result if isinstance(result, Mapping) else {}
        install = found.get("install")
        place: Mapping[str, Any] = install if isinstance(install, Mapping) else {}
        proof = Proof(
            client_id=_text(found.get("client_id")),
            member_id=_text(place.get("member_id")),
            domain=_text(place.get("domain")),
            client_endpoint=_endpoint(place.get("client_endpoint")),
            user_id=positive_int(found.get("user_id")),
            scope=scopes(found.get("scope") or place.get("scope")),
            installed=place.get("installed") in (True, 1, "1", "Y", "true"),
            status=_text(place.get("status")),
            expires_at=self._moment(found.get("expires"), None),
            version=positive_int(place.get("version")),
        )
        if not (proof.client_id and proof.member_id and proof.client_endpoint and proof.user_id):
            raise Unauthentic(N_("The OAuth server's answer does not say whose session this is."))
        return proof

    def refresh(self, client_id: str, client_secret: str, refresh_token: str, *, whose: Whose = NOBODY) -> TokenPair:
        """Trade a refresh token for a new pair; the caller holds the lock and keeps the result.

        Raises: ReconnectNeeded when the refresh token is dead, BitrixError when the server cannot do it now.
        """
        fields = {"client_id": client_id, "client_secret": client_secret, "refresh_token": refresh_token}
        return self._token("refresh_token", fields, whose)

    def exchange_code(self, client_id: str, client_secret: str, code: str) -> TokenPair:
        """Trade an authorization code (alive for 30 s) for the first pair of tokens."""
        fields = {"client_id": client_id, "client_secret": client_secret, "code": code}
        return self._token("authorization_code", fields, NOBODY)

    def _token(self, grant_type: str, fields: Mapping[str, str], whose: Whose) -> TokenPair:
        params = {"grant_type": grant_type, **fields}
        try:
            answer = self._transport.get_json(f"{self._base}/oauth/token/", params, write=True, whose=whose)
        except OutcomeUnknown as error:
            raise BitrixError(N_("The OAuth server did not answer. Try again."), code="timeout") from error
        if has_error(answer.body):  # wrong_client comes with HTTP 200
            raise to_error(answer.status, answer.body, grant_type)
        pair = self._read_pair(answer.body)
        if not (pair.access_token and pair.refresh_token):
            raise BitrixError(N_("The OAuth server answered without tokens."), code="no_tokens")
        return pair

    def _read_pair(self, body: Mapping[str, Any]) -> TokenPair:
        return TokenPair(
            access_token=_text(body.get("access_token")),
            refresh_token=_text(body.get("refresh_token")),
            expires_at=self._moment(body.get("expires"), body.get("expires_in")),
            client_endpoint=_endpoint(body.get("client_endpoint")),
            member_id=_text(body.get("member_id")),
            user_id=positive_int(body.get("user_id")) or None,
            scope=scopes(body.get("scope")),
        )

    def _moment(self, expires: Any, expires_in: Any) -> datetime:
        """Prefer the remaining life over the other side's clock."""
        if seconds := positive_int(expires_in):
            return self._now() + timedelta(seconds=min(seconds, 10 * 365 * 86400))
        if (unix := positive_int(expires)) and unix < 10**11:
            return from_ms(unix * 1000)
        try:
            moment = datetime.fromisoformat(str(expires))
        except ValueError:
            return self._now() + timedelta(seconds=DEFAULT_LIFE_S)
        return moment if moment.tzinfo else moment.replace(tzinfo=self._now().tzinfo)


def is_dead(error: BitrixError) -> bool:
    """Tell whether a refresh failed for good: only opening the application again brings new tokens."""
    return isinstance(error, ReconnectNeeded)


def scopes(value: Any) -> frozenset[str]:
    """Read a scope list: comma-separated in tokens, spaces in ONAPPINSTALL, sometimes an array."""
    if isinstance(value, list | tuple):
        return frozenset(str(item).strip().lower() for item in value if str(item).strip())
    return frozenset(part.lower() for part in re.split(r"[,\s]+", str(value or "")) if part)


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _endpoint(value: Any) -> str:
    text = _text(value)
    return text if not text or text.endswith("/") else text + "/"
