"""How an account at Dropbox Sign is connected, and where its pages are; light, for the web process lists it too."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode, urlsplit

from b24app.errors import N_
from b24app.providers.base import Provider
from b24app.providers.capabilities import Auth
from b24app.providers.dropbox_sign.capabilities import (
    CLIENT_ID,
    EMBEDDED,
    NAME,
    TEST_MODE,
    TITLE,
    Settings,
    capabilities,
    client_id,
    is_embedded,
)
from b24app.providers.dropbox_sign.fields import problems
from b24app.providers.room import Account, Means, Question, Room, WayIn, ask_for_approver

API_KEY, CLIENT_SECRET = "api_key", "client_secret"  # names in a connection's secrets

_EMBEDDED = Question(
    EMBEDDED,
    N_("People sign inside Paraph's pages"),
    N_("Needs an API app that lists Paraph's address among its domains. Paraph then writes the letters to signers."),
    is_required=False,
    is_tick=True,
    needs=CLIENT_ID,
    lacks=N_("Off: it needs the client ID of an API app above."),
)
_APPROVER = ask_for_approver(
    N_("The responsible employee signs at Dropbox Sign, too"),
    needs=EMBEDDED,
    lacks=N_(
        "Off: it needs “People sign inside Paraph's pages”, for Dropbox Sign lets either all sign there or nobody."
    ),
)
_TEST_MODE = Question(
    TEST_MODE,
    N_("Test mode"),
    N_("Free, with a watermark. Nothing that is signed this way is valid in law."),
    is_required=False,
    is_tick=True,
)


def listed(url: str) -> Room:
    """The room as wiring lists it. `url`: the API's address without a path."""

    def open_room(account: Account, means: Means) -> Provider:
        from b24app.providers.dropbox_sign.provider import DropboxSignProvider  # the SDK costs 40 MB

        return DropboxSignProvider(url, account, means)

    def pages(settings: Settings) -> tuple[str, ...]:
        return (app_url(url),) if is_embedded(settings) else ()

    ways_in = (_by_key(), _by_consent(url))
    return Room(NAME, TITLE, capabilities, open_room, ways_in, pages, lambda order: problems(order.fields), _fixed)


def _fixed(settings: Settings) -> dict[str, object]:
    """What is signed inside our pages can be signed nowhere else, and with that API app only."""
    inside = is_embedded(settings)
    return {EMBEDDED: inside, **({CLIENT_ID: client_id(settings)} if inside else {})}


def app_url(url: str) -> str:
    """Return the origin of the pages for people and of OAuth: they live beside the API, at app.hellosign.com."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.replace('api.', 'app.', 1) if _is_apart(url) else parts.netloc}"


def _is_apart(url: str) -> bool:
    return urlsplit(url).netloc.startswith("api.")


def _by_key() -> WayIn:
    return WayIn(
        Auth.API_KEY,
        N_("API key"),
        N_("The quickest way: one key of your own Dropbox Sign account."),
        (
            Question(
                API_KEY,
                N_("API key"),
                N_("In Dropbox Sign under “API”. It opens the whole account; Paraph keeps it encrypted."),
                is_secret=True,
            ),
            Question(
                CLIENT_ID,
                N_("Client ID of an API app"),
                N_("To sign inside Paraph's pages, or when another program already gets this account's events."),
                is_required=False,
            ),
            _EMBEDDED,
            _APPROVER,
            _TEST_MODE,
        ),
    )


def _by_consent(url: str) -> WayIn:
    return WayIn(
        Auth.OAUTH_CODE,
        N_("Consent on Dropbox Sign's page"),
        N_(
            "For an API app with OAuth, scopes account_access and signature_request_access. Its OAuth callback is "
            "Paraph's address with /dropbox-sign/oauth."
        ),
        (
            Question(CLIENT_ID, N_("Client ID of the API app")),
            Question(CLIENT_SECRET, N_("Client secret of the API app"), is_secret=True),
            Question(
                API_KEY,
                N_("API key of your account"),
                N_("With it Paraph can check that events come from Dropbox Sign."),
                is_secret=True,
                is_required=False,
            ),
            _EMBEDDED,
            _APPROVER,
            _TEST_MODE,
        ),
        begin=partial(_begin, url),
    )


def _begin(url: str, _secrets: object, settings: Settings, state: str, return_to: str) -> str:
    """developers.hellosign.com/docs/oauth: the scopes are those of the API app, not of this address."""
    asked = {"response_type": "code", "client_id": client_id(settings), "state": state, "redirect_uri": return_to}
    return f"{app_url(url)}/oauth/authorize?{urlencode(asked)}"
