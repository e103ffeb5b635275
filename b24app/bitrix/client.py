"""Call one portal with one employee's tokens: refresh when they expire, follow the portal when it moves.

Source: settings/how-to-call-rest-api/*.md, settings/performance/*.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from b24app.bitrix.batch import MAX_COMMANDS, BatchResult, Command, as_map, to_cmd
from b24app.bitrix.entities import positive_int
from b24app.bitrix.error_codes import EXPIRED, OVERLOADED, RATE, has_error, meaning_of, to_error
from b24app.bitrix.exchanges import NOBODY, Whose
from b24app.bitrix.methods import is_write
from b24app.bitrix.oauth import OAuthServer, TokenPair
from b24app.bitrix.transport import Answer, Moved, Transport
from b24app.bitrix.urls import is_plain_address
from b24app.clock import Clock
from b24app.errors import N_, BitrixError, ReconnectNeeded


@dataclass(frozen=True)
class Token:
    """The tokens of one employee on one portal, as they are stored.

    `refresh_token` unlocks it when it is needed: at a refresh, not at each call. It is empty when there is none.
    """

    access_token: str = field(repr=False)
    refresh_token: Callable[[], str] = field(repr=False)
    expires_at: datetime
    client_endpoint: str


@dataclass(frozen=True)
class AppCredentials:
    """The application's own pair; a local application has one for each portal.

    `secret` reads it when it is needed: at a refresh, not at each call.
    """

    client_id: str
    secret: Callable[[], str] = field(repr=False)


@dataclass(frozen=True)
class Result:
    """The answer of one method; `next` is the offset of the next page, when there is one."""

    result: Any
    total: int | None = None
    next: int | None = None
    time: Mapping[str, Any] = field(default_factory=dict)


class TokenStore(Protocol):
    """Where one employee's tokens live."""

    def load(self) -> Token:
        """Read the tokens as they are now."""

    def locked(self) -> AbstractContextManager[Any]:
        """Hold everybody else off this row, other processes included."""

    def save(self, pair: TokenPair) -> None:
        """Keep a fresh pair; called under the lock."""

    def moved(self, new_endpoint: str) -> None:
        """Keep the portal's new address."""

    def dead(self, reason: str) -> None:
        """Note that these tokens will never work again."""


class RateLimiter(Protocol):
    """The portal's bucket of requests."""

    def take(self) -> None:
        """Wait for a request's worth of room, or raise BitrixError(code="rate_wait", retry_after_s=...)."""

    def empty(self) -> None:
        """Note that the portal says the bucket is full."""


class Portal:
    """One portal as one employee sees it."""

    def __init__(
        self,
        transport: Transport,
        oauth: OAuthServer,
        tokens: TokenStore,
        credentials: AppCredentials,
        limiter: RateLimiter,
        now: Clock,
        whose: Whose = NOBODY,
    ) -> None:
        self._transport = transport
        self._oauth = oauth
        self._tokens = tokens
        self._credentials = credentials
        self._limiter = limiter
        self._now = now
        self._whose = whose

    @property
    def origin(self) -> str:
        """The portal's own address, as a Referer or a link needs it: https://acme.bitrix24.com."""
        parts = urlsplit(self._tokens.load().client_endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, write: bool | None = None) -> Result:
        """Call one method.

        Raises: ReconnectNeeded when the tokens are dead, BitrixError when Bitrix24 refused, OutcomeUnknown when a
        write was sent and no answer came.
        """
        writes = is_write(method) if write is None else write
        answer = self._authorised(method, params or {}, write=writes)
        body = answer.body
        if has_error(body):
            error = self._error(answer.status, body, method)
            if isinstance(error, ReconnectNeeded):
                self._tokens.dead(error.code)
            raise error
        if "result" not in body:
            raise BitrixError(N_("Bitrix24 answered %(what)s without a result."), code="no_result", what=method)
        next_start = body.get("next")
        return Result(
            result=body["result"],
            total=positive_int(body["total"]) if "total" in body else None,
            next=positive_int(next_start) if next_start is not None else None,
            time=as_map(body.get("time")),
        )

    def batch(self, commands: Mapping[str, Command], *, halt: bool = False) -> BatchResult:
        """Run up to 50 commands in one request; each one's failure stays its own (`BatchResult.error`)."""
        if len(commands) > MAX_COMMANDS:
            raise ValueError(f"a batch holds {MAX_COMMANDS} commands, not {len(commands)}")
        if not commands:
            return BatchResult({}, {})
        writes = any(is_write(command.method) for command in commands.values())
        cmd = {key: to_cmd(command) for key, command in commands.items()}
        outer = as_map(self.call("batch", {"halt": int(halt), "cmd": cmd}, write=writes).result)
        errors = {
            key: self._error(200, _error_body(value), commands[key].method)
            for key, value in as_map(outer.get("result_error")).items()
            if key in commands
        }
        results = {key: value for key, value in as_map(outer.get("result")).items() if key not in errors}
        totals = {key: positive_int(value) for key, value in as_map(outer.get("result_total")).items()}
        return BatchResult(results, errors, totals)

    def download(self, link: str, *, max_bytes: int) -> bytes:
        """Fetch a file of this portal by its machine link. Raises: BitrixError."""
        return self._transport.download(link, referer=self.origin + "/", max_bytes=max_bytes, whose=self._whose)

    def _authorised(self, method: str, params: Mapping[str, Any], *, write: bool) -> Answer:
        """Send with a living token: refresh it once when it has expired."""
        token = self._tokens.load()
        if token.expires_at <= self._now():
            token = self._renew(token)
        answer = self._follow(method, params, token, write=write)
        if not _is_expired(answer):
            return answer
        return self._follow(method, params, self._renew(token), write=write)

    def _renew(self, stale: Token) -> Token:
        """Refresh under the lock, unless somebody else has done it while we waited."""
        with self._tokens.locked():
            token = self._tokens.load()
            if token.access_token != stale.access_token:
                return token
            try:
                pair = self._refresh(token)
            except ReconnectNeeded as error:
                self._tokens.dead(error.code)
                raise
            if not pair.client_endpoint:
                pair = replace(pair, client_endpoint=token.client_endpoint)
            self._tokens.save(pair)
            return self._tokens.load()

    def _refresh(self, token: Token) -> TokenPair:
        refresh_token = token.refresh_token()
        if not refresh_token:
            raise ReconnectNeeded(
                N_("The connection to Bitrix24 has expired. Open the application in Bitrix24 again."),
                code="no_refresh_token",
                permanent=True,
            )
        app = self._credentials
        return self._oauth.refresh(app.client_id, app.secret(), refresh_token, whose=self._whose)

    def _follow(self, method: str, params: Mapping[str, Any], token: Token, *, write: bool) -> Answer:
        """Send, and once more to the new address when the portal was renamed: the redirect has done nothing."""
        try:
            return self._send(method, params, token, token.client_endpoint, write=write)
        except Moved as moved:
            endpoint = new_endpoint(token.client_endpoint, moved.location, method)
            answer = self._send(method, params, token, endpoint, write=write)
            self._tokens.moved(endpoint)
            return answer

    def _send(self, method: str, params: Mapping[str, Any], token: Token, endpoint: str, *, write: bool) -> Answer:
        self._limiter.take()
        payload = {**params, "auth": token.access_token}
        answer = self._transport.post_json(endpoint + method, payload, write=write, whose=self._whose)
        if answer.status in (429, 503):
            self._limiter.empty()
        return answer

    def _error(self, status: int, body: Mapping[str, Any], what: str) -> BitrixError:
        if status == 200 and meaning_of(status, body).kind in (RATE, OVERLOADED):
            self._limiter.empty()
        return to_error(status, body, what, now=self._now())


def new_endpoint(old: str, location: str, method: str) -> str:
    """Read the portal's new REST base from a redirect; it must lead to the same method, never down to plain http.

    Raises: BitrixError when the redirect leads elsewhere, for example to a login page.
    """
    before = urlsplit(old)
    schemes = ("https",) if before.scheme == "https" else ("https", "http")
    parts = urlsplit(location if is_plain_address(location, schemes) else "")
    base, found, tail = parts.path.rpartition(f"/{method}")
    endpoint = urlunsplit((parts.scheme, parts.netloc, base + "/", "", ""))
    if not found or tail not in ("", "/", ".json") or not base.endswith("/rest") or endpoint == old:
        raise BitrixError(
            N_("%(host)s redirects REST requests to a page. Check the address of this Bitrix24."),
            code="moved_elsewhere",
            host=before.netloc,
        )
    return endpoint


def _is_expired(answer: Answer) -> bool:
    return has_error(answer.body) and meaning_of(answer.status, answer.body).kind == EXPIRED


def _error_body(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"error": "", "error_description": str(value)}
