"""The two calls that make tokens (developers.hellosign.com/docs/oauth). They live beside the API."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dropbox_sign import apis, models

from b24app.errors import ProviderError, Trouble
from b24app.providers.dropbox_sign import reading
from b24app.providers.dropbox_sign.capabilities import TITLE, Settings, client_id
from b24app.providers.dropbox_sign.connecting import app_url
from b24app.providers.dropbox_sign.line import READ, Line, api_client
from b24app.providers.dropbox_sign.tokens import Tokens
from b24app.providers.refusals import refusal
from b24app.providers.room import Means


class OAuth:
    def __init__(self, url: str, settings: Settings, means: Means) -> None:
        self._line = Line(means)
        self._client_id = client_id(settings)
        self._api = apis.OAuthApi(api_client(app_url(url)))

    def generate(self, code: str, state: str, client_secret: str) -> Tokens:
        """Trade a code, which is good for one time. Raises: CONSENT_NEEDED when it is worth nothing."""
        given = models.OAuthTokenGenerateRequest(
            client_id=self._client_id,
            client_secret=client_secret,
            code=code,
            state=state,
            grant_type="authorization_code",
        )
        return self._ask(partial(self._api.oauth_token_generate_without_preload_content, given))

    def refresh(self, refresh_token: str, client_secret: str) -> Tokens:
        """Raises: CONSENT_NEEDED when the consent was withdrawn."""
        given = models.OAuthTokenRefreshRequest(
            grant_type="refresh_token",
            refresh_token=refresh_token,
            client_id=self._client_id,
            client_secret=client_secret,
        )
        return self._ask(partial(self._api.oauth_token_refresh_without_preload_content, given))

    def _ask(self, call: Callable[..., Any]) -> Tokens:
        """A read as far as documents go: whatever becomes of it, nothing was sent to anybody."""
        try:
            return self._line.ask(READ, call, lambda answer: reading.tokens(answer.json()))
        except ProviderError as error:
            if error.kind is Trouble.INVALID:
                raise refusal(Trouble.CONSENT_NEEDED, TITLE, code=error.code) from error
            raise
