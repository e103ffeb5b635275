"""The line to DocuSign: the vendor's SDK, with our bucket of calls, our time limits and our errors.

Its own habits are switched off here: it would wait for ever, follow redirects and repeat connections by itself.
This module loads the SDK.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from docusign_esign import AccountsApi, ApiClient, EnvelopesApi
from docusign_esign.client.api_exception import ApiException
from docusign_esign.client.api_response import RESTClientObject
from urllib3 import HTTPResponse, Retry
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from b24app.errors import ProviderError, Trouble
from b24app.providers.docusign.errors import TurnedAway, refused, refused_grant
from b24app.providers.docusign.words import TITLE
from b24app.providers.refusals import refusal, unknown_outcome
from b24app.providers.room import Means

LONG_S, SHORT_S, GRANT_S = (5, 30), (5, 10), (3, 7)
"""To connect and to read: whole documents, other calls, calls of the account server. See provider.PATIENCE_S."""

Ask = Callable[..., HTTPResponse]

log = structlog.get_logger()


@dataclass(frozen=True)
class Apis:
    """Those parts of the SDK that we use."""

    envelopes: EnvelopesApi
    accounts: AccountsApi


class Line:
    """Connections that stay open, for one account."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._rest = RESTClientObject()
        self._rest.pool_manager.connection_pool_kw["retries"] = Retry(False)

    def apis(self, api_url: str, token: str) -> Apis:
        """The SDK's calls under one token: another token gets clients of its own, so that threads share no header."""
        client = ApiClient(host=f"{api_url}/restapi", header_name="Authorization", header_value=f"Bearer {token}")
        client.rest_client = self._rest
        return Apis(EnvelopesApi(client), AccountsApi(client))

    def ask(self, call: Ask, *asked: Any, writes: bool, heavy: bool, **options: Any) -> bytes:
        """Make one call of the API and return what it answers.

        Raises: TurnedAway; ProviderError, OutcomeUnknown as errors.refused says.
        """
        self._means.limiter.take(heavy=heavy)
        timeout_s = LONG_S if heavy else SHORT_S
        try:
            return call(*asked, _preload_content=False, _request_timeout=timeout_s, **options).data
        except ApiException as error:
            raise self._refused(error, writes=writes) from None
        except HTTPError as error:
            raise _silence(error, writes=writes) from None

    def ask_account_server(self, verb: str, url: str, headers: Mapping[str, str], **form: str) -> dict[str, Any]:
        """Make one call of the account server. Nothing is lost with its answer: a token is asked for again."""
        self._means.limiter.take()
        kept = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        try:
            answer = self._rest.request(verb, url, headers=kept, post_params=form, _request_timeout=GRANT_S)
            found = json.loads(answer.data)
        except ApiException as error:
            raise self._refused_grant(error) from None
        except (HTTPError, ValueError):
            raise refusal(Trouble.UNAVAILABLE, TITLE) from None
        if not isinstance(found, dict):
            raise refusal(Trouble.UNAVAILABLE, TITLE)
        return found

    def _refused(self, error: ApiException, *, writes: bool) -> Exception:
        if not error.status:  # the SDK's word for trouble with TLS
            return unknown_outcome(TITLE) if writes else refusal(Trouble.UNAVAILABLE, TITLE)
        if error.status == 401:
            return TurnedAway(Trouble.AUTH_FAILED)
        if 300 <= error.status < 400:
            return TurnedAway(Trouble.UNAVAILABLE)
        made = refused(error.status, error.body or b"", error.headers, self._means.now(), writes=writes)
        log.info("docusign_refused", status=error.status, code=getattr(made, "code", ""), trace=error.trace_token)
        return made

    def _refused_grant(self, error: ApiException) -> ProviderError:
        if not error.status:
            return refusal(Trouble.UNAVAILABLE, TITLE)
        made = refused_grant(error.status, error.body or b"", error.headers, self._means.now())
        log.info("docusign_grant_refused", status=error.status, code=made.code)
        return made


def _silence(error: HTTPError, *, writes: bool) -> Exception:
    """No answer came. A write that never left has not happened."""
    cause = error.reason if isinstance(error, MaxRetryError) else error
    if writes and not isinstance(cause, ConnectTimeoutError | NewConnectionError):
        return unknown_outcome(TITLE)
    return refusal(Trouble.UNAVAILABLE, TITLE)
