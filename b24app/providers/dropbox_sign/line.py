"""One HTTP call to Dropbox Sign: the SDK writes the request, its raw answer is timed and read here.

The SDK waits for ever unless told otherwise, repeats by itself what it believes harmless, and its models of answers
raise on every word that is new; so each call is made once, within a time, and its models serve for requests only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import dropbox_sign
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError

from b24app.clock import monotonic_s
from b24app.errors import AppError, Trouble
from b24app.providers.dropbox_sign import errors
from b24app.providers.dropbox_sign.capabilities import TITLE
from b24app.providers.refusals import refusal, unknown_outcome
from b24app.providers.room import Means

T = TypeVar("T")

LARGEST_ANSWER = 100 * 2**20

_NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, ProxyError)
_BROKEN_OFF = (HTTPError, OSError, dropbox_sign.ApiException)  # the last: TLS


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """Raises: ValueError, TypeError when it is something else."""
        return dict(json.loads(self.body))


@dataclass(frozen=True)
class Kind:
    """A kind of call. `is_write`: without an answer it may have been done. `is_heavy`: it sends or fetches a file.

    `silence_s`: the longest wait for an answer, or between two pieces of it; `longest_s`: when its last piece is
    waited for. Together they stay under the 100 s that a room's call may take (base.py), two light calls included.
    """

    is_write: bool = False
    is_heavy: bool = False
    silence_s: float = 20.0
    longest_s: float = 25.0


CONNECT_S = 5.0
READ, WRITE = Kind(), Kind(is_write=True)
FETCH = Kind(is_heavy=True, silence_s=40.0, longest_s=55.0)
SEND = replace(FETCH, is_write=True)


def api_client(host: str) -> Any:
    """Make the SDK's client. `ignore_operation_servers`: else OAuth goes to a host of its own, whatever is set."""
    configuration = dropbox_sign.Configuration(host=host, ignore_operation_servers=True, retries=False)
    return dropbox_sign.ApiClient(configuration)


class Line:
    def __init__(self, means: Means) -> None:
        self._means = means

    def ask(self, kind: Kind, call: Callable[..., Any], parse: Callable[[Answer], T]) -> T:
        """Make a call of the SDK (one "without_preload_content") and read its answer.

        Raises: ProviderError, OutcomeUnknown; also for an answer that `parse` cannot read (ValueError, KeyError,
        TypeError, AttributeError).
        """
        self._means.limiter.take(heavy=kind.is_heavy)
        answer = self._answer(kind, call)
        if not 200 <= answer.status < 300:
            now = self._means.now()
            raise errors.trouble(answer.status, answer.headers, answer.body, now, is_write=kind.is_write)
        try:
            return parse(answer)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _silence(kind) from error

    def _answer(self, kind: Kind, call: Callable[..., Any]) -> Answer:
        until = monotonic_s() + kind.longest_s
        try:
            response = call(_request_timeout=(CONNECT_S, kind.silence_s))
            return Answer(response.status, response.headers, _whole(response, until))
        except _NEVER_LEFT as error:
            raise refusal(Trouble.UNAVAILABLE, TITLE) from error
        except _BROKEN_OFF as error:
            raise _silence(kind) from error
        except ValueError as error:  # the SDK's own check, before anything leaves
            raise refusal(Trouble.INVALID, TITLE, code="sdk") from error


def _whole(response: Any, until: float) -> bytes:
    """Read an answer, which may neither trickle for ever nor be of any size. Raises: HTTPError."""
    parts, size = [], 0
    for part in response.stream(2**16):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER or monotonic_s() > until:
            response.close()
            raise HTTPError("too large or too slow")
    return b"".join(parts)


def _silence(kind: Kind) -> AppError:
    return unknown_outcome(TITLE) if kind.is_write else refusal(Trouble.UNAVAILABLE, TITLE)
