"""Events: posted as the multipart field `json`, hashed with the account's API key, repeated until answered rightly.

Two kinds: to the account's URL for every request that touches the account, and to the API app's URL for requests made
with its client_id. A request that has both is reported twice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from b24app.sandbox.dropbox_sign import views
from b24app.sandbox.dropbox_sign.accounts import Account, ApiApp
from b24app.sandbox.esign.outgoing import Outgoing, Parcel

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.model import SignatureRequest
    from b24app.sandbox.dropbox_sign.service import DropboxSign

ANSWER = "Hello API Event Received"
TIMEOUT_S = 30
RETRIES_S = (300, 900, 2700, 8100, 24_300, 72_900)


@dataclass(frozen=True)
class Listener:
    """One callback URL and whose it is: the hash is made with that account's API key."""

    url: str
    account: Account
    app: ApiApp | None = None


class Callbacks(Outgoing):
    """What is told to whom, and what became of it."""

    def __init__(self, service: DropboxSign) -> None:
        super().__init__(service, self._post_once, RETRIES_S)
        self._dropbox_sign = service
        self.timeout_s: float = TIMEOUT_S

    def tell(
        self, event: str, request: SignatureRequest, signature_id: str | None = None, message: str | None = None
    ) -> None:
        """Report something about a request, as it is now, to everyone concerned."""
        subject = {"signature_request": views.request_json(request, self._dropbox_sign.url)}
        for listener in self._listeners(request):
            told = event
            if odd := self._dropbox_sign.faults.take("unknown_event", event):
                told = str(odd.get("name", "signature_request_something_new"))
            self._parcel(told, listener, self.payload(told, listener, subject, signature_id, message))

    def test(self, listener: Listener) -> None:
        """callback_test: sent whenever a callback URL is saved."""
        self._parcel("callback_test", listener, self.payload("callback_test", listener, {}))

    def _parcel(self, event: str, listener: Listener, payload: dict[str, Any]) -> None:
        self.queue(Parcel(event, listener.url, payload, tries=len(RETRIES_S) + 1))

    def _listeners(self, request: SignatureRequest) -> Iterator[Listener]:
        directory = self._dropbox_sign.directory
        concerned = [request.account]
        for signature in request.signatures:
            known = directory.by_email(signature.email)
            if known is not None and known not in concerned:
                concerned.append(known)
        for account in concerned:
            if account.callback_url:
                yield Listener(account.callback_url, account)
        app = directory.apps.get(request.client_id or "")
        if app is not None and app.callback_url:
            yield Listener(app.callback_url, app.owner, app)

    def payload(
        self,
        event: str,
        listener: Listener,
        subject: dict[str, Any],
        signature_id: str | None = None,
        message: str | None = None,
    ) -> dict[str, Any]:
        """One event's body with its hash."""
        moment = str(self._dropbox_sign.clock.seconds())
        about = {
            "event_time": moment,
            "event_type": event,
            "event_hash": event_hash(listener.account.api_key, moment, event),
            "event_metadata": {
                "related_signature_id": signature_id,
                "reported_for_account_id": listener.account.account_id,
                "reported_for_app_id": listener.app.client_id if listener.app else None,
                "event_message": message,
            },
        }
        shown = {"event": about, "account_guid": listener.account.account_id, **subject}
        return shown | ({"client_id": listener.app.client_id} if listener.app else {})

    def forge(
        self, event: str, request: SignatureRequest, url: str, changes: dict[str, Any], *, right_hash: bool = False
    ) -> None:
        """Post an event nobody at the service sent.

        `right_hash`: the hash fits, as for somebody who saw one event of this type and second; it covers no body.
        """
        subject = {"signature_request": views.request_json(request, self._dropbox_sign.url) | changes}
        payload = self.payload(event, Listener(url, request.account), subject)
        if not right_hash:
            payload["event"]["event_hash"] = event_hash("somebody else's key", "0", event)
        self.post(Parcel(event, url, payload, tries=1))

    def _post_once(self, parcel: Parcel, attempt: int) -> tuple[int, bool]:
        """Accepted: 200 with the agreed words."""
        try:
            with requests.Session() as session:
                answer = session.send(written(parcel), timeout=self.timeout_s, allow_redirects=False)
        except requests.RequestException:
            return 0, False
        return answer.status_code, answer.status_code == 200 and ANSWER in answer.text


def written(parcel: Parcel) -> requests.PreparedRequest:
    """The POST of one event: multipart, the event in the field `json`."""
    parts = {"json": (None, json.dumps(parcel.payload, ensure_ascii=False))}
    headers = {"User-Agent": "HelloSign API"}
    return requests.Request("POST", parcel.url, headers=headers, files=parts).prepare()


def event_hash(api_key: str, event_time: str, event_type: str) -> str:
    """Hexadecimal HMAC-SHA256 over time and type: it says nothing about the rest of the body."""
    return hmac.new(api_key.encode(), f"{event_time}{event_type}".encode(), hashlib.sha256).hexdigest()
