"""The one door for outgoing HTTP to portals and to the OAuth server.

Timeouts, size limits while streaming, no redirect followed on its own, private addresses refused. After a failure the
door knows whether the request had left: before that nothing happened (BitrixError), after that a write may have
happened (OutcomeUnknown).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from b24app.bitrix.addresses import CheckedAdapter, Progress
from b24app.bitrix.exchanges import DOWNLOAD, NOBODY, Exchange, LogEntry, Whose
from b24app.bitrix.urls import host_of, is_plain_address, join
from b24app.clock import monotonic_s
from b24app.errors import N_, BitrixError, OutcomeUnknown

MIB = 1024 * 1024
CHUNK = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GATEWAY_GAVE_UP = frozenset({502, 504})  # a proxy in front of the portal lost it: the work behind may have been done
MAX_DOWNLOAD_HOPS = 3


@dataclass(frozen=True)
class Answer:
    """A JSON object and the HTTP status it came with; header names are in lower case."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


class Moved(BitrixError):
    """The other side answered a redirect; nothing was done there."""

    def __init__(self, location: str, host: str) -> None:
        super().__init__(N_("%(host)s has moved to another address."), code="moved", host=host)
        self.location = location


class Transport:
    """Send requests through one adapter of requests and its pools; safe to share between threads.

    A session of requests is left out: what it adds (cookies, redirects, proxies and logins of the environment) is what
    this door must not do, and finding out each time that there is nothing to add cost a quarter of a call.

    `allow_private` also allows plain http: for the sandbox and closed networks. `ca_file` names a bundle of an own
    certificate authority. `total_s` limits one whole exchange, however slowly its bytes drip. `log` is told of every
    exchange and must not raise.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        user_agent: str,
        timeout_s: tuple[float, float] = (5.0, 30.0),
        max_body_bytes: int = 16 * MIB,
        total_s: float = 120.0,
        ca_file: str | None = None,
        log: Callable[[LogEntry], None] | None = None,
    ) -> None:
        self.allow_private = allow_private
        self._user_agent = user_agent
        self._timeout_s = timeout_s
        self._max_body_bytes = max_body_bytes
        self._total_s = total_s
        self._log = log
        self._verify = ca_file or True
        self._progress = Progress()
        self._adapter = CheckedAdapter(allow_private=allow_private, progress=self._progress)

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()

    def post_json(self, url: str, payload: Mapping[str, Any], *, write: bool = True, whose: Whose = NOBODY) -> Answer:
        """POST a JSON object and read a JSON object.

        Raises: Moved on a redirect, BitrixError when nothing happened or the answer is unusable, OutcomeUnknown when
        `write` left and no answer came.
        """
        data = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return self._exchange(Exchange("POST", url, payload, whose), write=write, data=data)

    def get_json(
        self, url: str, params: Mapping[str, str] | None = None, *, write: bool = False, whose: Whose = NOBODY
    ) -> Answer:
        """GET a JSON object; `write` is for the OAuth server, where a GET rotates tokens."""
        return self._exchange(Exchange("GET", url, params or {}, whose), write=write, params=params)

    def download(self, url: str, *, referer: str, max_bytes: int, whose: Whose = NOBODY) -> bytes:
        """Fetch a file by its machine link; every hop of a redirect is checked anew.

        Source: api-reference/files/how-to-download-files.md - without an ordinary User-Agent and a Referer the
        portal's web server may answer 404.
        """
        headers = {
            "User-Agent": f"Mozilla/5.0 (compatible; {self._user_agent})",
            "Accept": "*/*",
            "Accept-Language": "en",
            "Referer": referer,
        }
        for _hop in range(MAX_DOWNLOAD_HOPS + 1):
            try:
                return self._download_once(Exchange("GET", url, {}, whose, DOWNLOAD), headers, max_bytes)
            except Moved as moved:
                url = moved.location
        raise _unusable(url, "too_many_redirects", N_("%(host)s keeps redirecting the file download."))

    def _download_once(self, exchange: Exchange, headers: Mapping[str, str], max_bytes: int) -> bytes:
        url = exchange.url
        with self._watched(exchange):
            status, body, _headers = self._send_safely("GET", url, write=False, headers=headers, limit=max_bytes)
            exchange.status, exchange.received = status, f"<file of {len(body)} bytes>"
            if status != 200:
                raise BitrixError(
                    N_("%(host)s did not provide the file (HTTP %(status)s). Open the card and try again."),
                    code="download_refused",
                    permanent=status in (404, 410),
                    host=host_of(url),
                    status=status,
                )
        return body

    def _exchange(
        self,
        exchange: Exchange,
        *,
        write: bool,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = {"User-Agent": self._user_agent, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        limit, url = self._max_body_bytes, exchange.url
        with self._watched(exchange):
            exchange.status, body, answered = self._send_safely(
                exchange.verb, url, write=write, headers=headers, limit=limit, data=data, params=params
            )
            exchange.received = _parse(url, exchange.status, body, write=write)
        return Answer(exchange.status, exchange.received, answered)

    @contextmanager
    def _watched(self, exchange: Exchange) -> Iterator[None]:
        """Tell the log how the exchange in this block ended."""
        error = ""
        try:
            yield
        except (BitrixError, OutcomeUnknown) as failure:
            error = getattr(failure, "code", "") or "outcome_unknown"
            raise
        finally:
            if self._log is not None:
                self._log(exchange.entry(error))

    def _send_safely(self, verb: str, url: str, *, write: bool, **request: Any) -> tuple[int, bytes, Mapping[str, str]]:
        """Send, and say what a failure means; a read on a pooled connection that had gone stale is repeated once."""
        self._check_url(url)
        for attempt in (1, 2):
            self._progress.phase = "idle"
            try:
                return self._send(verb, url, write=write, **request)
            except (requests.RequestException, HTTPError, OSError) as error:
                stale = self._progress.phase == "reused" and not isinstance(error, requests.Timeout)
                if not (stale and not write and attempt == 1):
                    raise self._explain(error, url, write=write) from error
        raise AssertionError("unreachable")

    def _check_url(self, url: str) -> None:
        schemes = ("https", "http") if self.allow_private else ("https",)
        if not is_plain_address(url, schemes):
            raise _unusable(url, "bad_url", N_("The address of %(host)s cannot be used: it must begin with https://."))

    def _send(
        self,
        verb: str,
        url: str,
        *,
        write: bool,
        headers: Mapping[str, str],
        limit: int,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, Mapping[str, str]]:
        request = _prepared(verb, url, params, headers, data)
        with self._adapter.send(request, stream=True, timeout=self._timeout_s, verify=self._verify) as response:
            if response.status_code in REDIRECTS and response.headers.get("Location"):
                raise Moved(join(url, response.headers["Location"]), host_of(url))
            body = self._read(response, url, limit, write=write)
            lowered = {name.lower(): value for name, value in response.headers.items()}
            return response.status_code, body, lowered

    def _read(self, response: requests.Response, url: str, limit: int, *, write: bool) -> bytes:
        deadline = monotonic_s() + self._total_s
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > limit:
                raise self._too_much(url, write=write)
            if monotonic_s() > deadline:
                raise requests.ReadTimeout("the answer drips too slowly")
        return bytes(body)

    def _too_much(self, url: str, *, write: bool) -> Exception:
        if write:
            return _unknown(url)
        return _unusable(url, "too_large", N_("The answer from %(host)s is too large."))

    def _explain(self, error: Exception, url: str, *, write: bool) -> Exception:
        if self._progress.phase in ("idle", "connecting"):
            return BitrixError(
                N_("%(host)s cannot be reached. Paraph will try again automatically."),
                code="unreachable",
                host=host_of(url),
            )
        if write:
            return _unknown(url)
        code = "timeout" if isinstance(error, requests.Timeout) else "no_answer"
        return BitrixError(N_("%(host)s did not answer. Try again."), code=code, host=host_of(url))


def _prepared(
    verb: str, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str], data: bytes | None
) -> requests.PreparedRequest:
    """Raises: requests.RequestException for an address that cannot be asked."""
    request = requests.PreparedRequest()
    request.prepare_method(verb)
    if data is None:
        request.prepare_url(url, params)
    else:
        request.url = _posted_to(url)
    request.prepare_headers(headers)
    request.prepare_body(data, None)
    return request


@lru_cache(maxsize=512)
def _posted_to(url: str) -> str | None:
    """Write an address as it goes out, its host in ASCII; it holds no secret, and the same few are used often."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return request.url


def _parse(url: str, status: int, body: bytes, *, write: bool) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    if write and status in GATEWAY_GAVE_UP:
        raise _unknown(url)
    raise BitrixError(
        N_("The answer from %(host)s is not a REST answer (HTTP %(status)s)."),
        code="not_json",
        permanent=status in (404, 410),
        host=host_of(url),
        status=status,
    )


def _unusable(url: str, code: str, message: str) -> BitrixError:
    return BitrixError(message, code=code, permanent=True, host=host_of(url))


def _unknown(url: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        N_(
            "%(host)s received the request but did not answer. It may have worked: check the card before you try again."
        ),
        host=host_of(url),
    )
