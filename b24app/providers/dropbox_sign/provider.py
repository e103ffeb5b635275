"""The room of Dropbox Sign. Opened in the worker only: the client loads the SDK."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog

from b24app.clock import monotonic_s
from b24app.errors import N_, ProviderError, Trouble
from b24app.providers import fit
from b24app.providers.base import AccountInfo, Cancelled, Created, Draft, File, Link, Notice, Order, Problem
from b24app.providers.dropbox_sign import events, fields, reading, sending
from b24app.providers.dropbox_sign.capabilities import (
    NAME,
    TITLE,
    Settings,
    capabilities,
    client_id,
    has_app_callback,
    is_embedded,
    is_oauth,
)
from b24app.providers.dropbox_sign.client import Client
from b24app.providers.dropbox_sign.connecting import API_KEY
from b24app.providers.dropbox_sign.oauth import OAuth
from b24app.providers.dropbox_sign.tokens import KeyPass, Pass, TokenPass
from b24app.providers.no_such_call import NoSuchCall
from b24app.providers.refusals import refusal, unknown_outcome
from b24app.providers.room import Account, Means
from b24app.providers.snapshot import Event, SignerState, SignerThere, Snapshot, There

log = structlog.get_logger()

Json = Mapping[str, Any]

LISTED_AFTER = timedelta(seconds=30)
"""So long what was accepted may be missing in the list."""
CLOCKS_APART = timedelta(minutes=10)
LONGEST_SEARCH_S = 45.0

_DOOR = "/webhooks/dropbox-sign/"
_TAKEN = N_(
    "This Dropbox Sign account reports its events to another program (%(host)s). Remove that address there, or enter "
    "the client ID of an API app here: it has an address of its own."
)
_NO_SUCH_APP = N_("Your Dropbox Sign account has no API app with this client ID. Check it in Paraph's settings.")
_ANSWERED = (SignerThere.SIGNED, SignerThere.DECLINED)
_ENDED = (There.COMPLETED, There.DECLINED, There.EXPIRED, There.FAILED)


class DropboxSignProvider(NoSuchCall):
    name = NAME
    title = TITLE

    def __init__(self, url: str, account: Account, means: Means) -> None:
        self.capabilities = capabilities(account.settings)
        self._settings: Settings = account.settings
        self._means = means
        self._api_key = account.secrets.get(API_KEY, "").strip()
        self._client = Client(url, _pass(url, account, means), means)

    def check_connection(self) -> AccountInfo:
        return self._client.account(partial(reading.account, is_test=self.capabilities.test_mode))

    def ensure_webhook(self, url: str) -> None:
        """An account or API app has one address. Raises: CONFLICT when it is another program's, which is left alone."""
        standing = self._callback()
        if standing == url:
            return
        if standing and _DOOR not in urlsplit(standing).path:
            raise ProviderError(_TAKEN, kind=Trouble.CONFLICT, permanent=True, host=urlsplit(standing).netloc)
        self._set_callback(url)

    def remove_webhook(self, url: str) -> None:
        if self._callback() == url:
            self._set_callback("")

    def validate(self, order: Order) -> Sequence[Problem]:
        return [*fit.problems(order, self.capabilities, self._means.now()), *fields.problems(order.fields)]

    def create(self, order: Order, draft: Draft) -> Created:
        send = self._client.create_embedded if is_embedded(self._settings) else self._client.send
        file = (order.file_name, order.pdf())
        return send(sending.body(order, self._settings), file, partial(_created, order))

    def find_by_ref(self, order: Order, since: datetime) -> Created | None:
        """Page through the newest requests: whether the service's own search sees metadata is not documented."""
        until, page, goes_on = monotonic_s() + LONGEST_SEARCH_S, 0, True
        while goes_on:
            if monotonic_s() > until:
                raise refusal(Trouble.UNAVAILABLE, TITLE)
            page += 1
            found, goes_on = self._client.newest(page, partial(reading.search, order, since - CLOCKS_APART))
            if found is not None:
                return found
        left = since + LISTED_AFTER - self._means.now()
        if left > timedelta():
            raise refusal(Trouble.NOT_READY, TITLE, retry_after_s=left.total_seconds())
        return None

    def get(self, provider_ref: str) -> Snapshot:
        """A cancelled request is gone there, without a word about how it ended."""
        try:
            return self._client.get(provider_ref, lambda answer: reading.snapshot(reading.request(answer)))
        except ProviderError as error:
            if error.kind is not Trouble.GONE:
                raise
        return Snapshot(provider_ref, There.CANCELLED)

    def signing_link(self, provider_ref: str, signer_ref: str, return_to: str) -> Link:
        """The frame reports its end to our page, so there is no address to come back to.

        Raises: CONFLICT when it is not this signer's turn; UNSUPPORTED when people sign at Dropbox Sign.
        """
        if not is_embedded(self._settings):
            raise refusal(Trouble.UNSUPPORTED, TITLE)
        try:
            link = self._client.sign_url(signer_ref, reading.link)
        except ProviderError as error:
            raise _other(error, Trouble.INVALID, Trouble.CONFLICT) from error
        return replace(link, client_id=client_id(self._settings))

    def invite(self, notice: Notice) -> None:
        self._means.letters.invite(notice)

    def remind(self, notice: Notice) -> None:
        """Dropbox Sign reminds nobody whom it has not written to."""
        if is_embedded(self._settings):
            self._means.letters.remind(notice)
        else:
            self._client.remind(notice.provider_ref, notice.signer_email, notice.signer_name)

    def tell_over(self, notice: Notice) -> None:
        self._means.letters.tell_over(notice)

    def send_copy(self, notice: Notice) -> None:
        self._means.letters.send_copy(notice)

    def change_signer(self, provider_ref: str, signer_ref: str, name: str, email: str) -> str:
        """A new address is a new signature there. Looked at first, for an earlier try may have done it."""
        state = self._client.get(provider_ref, partial(_signer, signer_ref))
        if state is None:
            raise refusal(Trouble.NOT_FOUND, TITLE)
        if state.status in _ANSWERED:
            raise refusal(Trouble.CONFLICT, TITLE)
        new_name = None if state.name == name else name
        new_email = None if state.email.casefold() == email.casefold() else email
        if new_name is None and new_email is None:
            return state.signer_ref
        into = partial(_signer, state.signer_ref)
        now = self._client.update(provider_ref, state.signer_ref, new_name, new_email, into)
        if now is None:
            raise unknown_outcome(TITLE)
        return now.signer_ref

    def cancel(self, provider_ref: str, reason: str) -> Cancelled:
        """It takes no reason. What is not out yet cannot be cancelled yet."""
        try:
            self._client.cancel(provider_ref)
        except ProviderError as error:
            if error.kind not in (Trouble.CONFLICT, Trouble.INVALID, Trouble.GONE):
                raise
            return self._not_cancelled(provider_ref, error)
        return Cancelled.PENDING

    def download(self, provider_ref: str, what: File) -> bytes:
        if what is not File.SIGNED:
            raise refusal(Trouble.UNSUPPORTED, TITLE)
        return self._client.file(provider_ref)

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        return [events.read(headers, body, self._api_key)]

    def _callback(self) -> str:
        if not has_app_callback(self._settings):
            return self._client.account(lambda answer: reading.text(answer["account"].get("callback_url")))
        try:
            app = client_id(self._settings)
            return self._client.app(app, lambda answer: reading.text(answer["api_app"].get("callback_url")))
        except ProviderError as error:
            if error.kind is Trouble.NOT_FOUND:
                raise ProviderError(_NO_SUCH_APP, kind=Trouble.NOT_FOUND, code=error.code) from error
            raise

    def _set_callback(self, url: str) -> None:
        if has_app_callback(self._settings):
            self._client.set_app_callback(client_id(self._settings), url)
        else:
            self._client.set_account_callback(url)

    def _not_cancelled(self, provider_ref: str, error: ProviderError) -> Cancelled:
        """Find out why a cancel was refused. Raises: CONFLICT when it has ended otherwise, NOT_READY when it is new."""
        status = self.get(provider_ref).status
        if status is There.CANCELLED:
            return Cancelled.DONE
        raise refusal(Trouble.CONFLICT if status in _ENDED else Trouble.NOT_READY, TITLE, code=error.code) from error


def _pass(url: str, account: Account, means: Means) -> Pass:
    if not is_oauth(account.settings):
        return KeyPass(account.secrets)
    return TokenPass(account.secrets, means.keys, means.now, OAuth(url, account.settings, means))


def _created(order: Order, answer: Json) -> Created:
    for warning in reading.warnings(answer):
        log.warning("dropbox_sign_warning", warning=warning)
    return reading.created(reading.request(answer), order)


def _signer(signer_ref: str, answer: Json) -> SignerState | None:
    return reading.signer(reading.request(answer), signer_ref)


def _other(error: ProviderError, was: Trouble, kind: Trouble) -> ProviderError:
    """Say what a common refusal means to one call."""
    return refusal(kind, TITLE, code=error.code) if error.kind is was else error
