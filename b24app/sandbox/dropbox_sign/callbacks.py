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

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.model import SignatureRequest
    from b24app.sandbox.dropbox_sign.service import DropboxSign

ANSWER = "Hello API Event Received"
TIMEOUT_S = 30
RETRIES_S = (300, 900, 2700, 8100, 24_300, 72_900)
SPEED = 300.0  # how much faster retries come than the vendor's


@dataclass(frozen=True)
class Delivery:
    """One POST that was tried. `status` 0 = nobody answered; `accepted`: 200 with the right words."""

    event: str
    url: str
    status: int
    accepted: bool
    attempt: int
    payload: dict[str, Any]
    at: float


@dataclass(frozen=True)
class Listener:
    """One callback URL. `api_key` is the key of the account that owns it."""

    url: str
    account: Account
    app: ApiApp | None = None


class Callbacks:
    """What is told to whom, and what became of it."""

    def __init__(self, service: DropboxSign) -> None:
        self._service = service
        self.deliveries: list[Delivery] = []
        self.speed = SPEED
        self.timeout_s: float = TIMEOUT_S
        self._held: list[tuple[str, dict[str, Any]]] = []

    def tell(
        self, event: str, request: SignatureRequest, signature_id: str | None = None, message: str | None = None
    ) -> None:
        """Report something about a request, as it is now, to everyone concerned."""
        subject = {"signature_request": views.request_json(request, self._service.url)}
        for listener in self._listeners(request):
            self._queue(event, listener, subject, signature_id, message)

    def test(self, listener: Listener) -> None:
        """callback_test: sent whenever a callback URL is saved."""
        self._queue("callback_test", listener, {}, None, None)

    def _listeners(self, request: SignatureRequest) -> Iterator[Listener]:
        directory = self._service.directory
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
        moment = str(self._service.clock.seconds())
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

    def _queue(
        self,
        event: str,
        listener: Listener,
        subject: dict[str, Any],
        signature_id: str | None,
        message: str | None,
    ) -> None:
        faults = self._service.faults
        if faults.take("lost_event", event):
            return
        if odd := faults.take("unknown_event", event):
            event = str(odd.get("name", "signature_request_something_new"))
        payload = self.payload(event, listener, subject, signature_id, message)
        late = faults.take("late_event", event)
        if faults.take("reordered_event", event):
            self._held.append((listener.url, payload))
            return
        copies = 2 if faults.take("duplicate_event", event) else 1
        for _ in range(copies):
            self.post(listener.url, payload, delay_s=float(late.get("delay_s", 2)) if late else 0.0)
        held, self._held = self._held, []
        for url, earlier in held:
            self.post(url, earlier)

    def post(self, url: str, payload: dict[str, Any], *, attempt: int = 1, delay_s: float = 0.0) -> None:
        """Queue one POST."""
        self._service.mail_room.later(delay_s, lambda: self._deliver(url, payload, attempt), patient=attempt > 1)

    def _deliver(self, url: str, payload: dict[str, Any], attempt: int) -> None:
        status, words = _post(url, payload, self.timeout_s)
        accepted = status == 200 and ANSWER in words
        event = payload["event"]["event_type"]
        moment = self._service.clock.now()
        self.deliveries.append(Delivery(event, url, status, accepted, attempt, payload, moment))
        if not accepted and attempt <= len(RETRIES_S):
            self.post(url, payload, attempt=attempt + 1, delay_s=RETRIES_S[attempt - 1] / self.speed)

    def forge(
        self, event: str, request: SignatureRequest, url: str, changes: dict[str, Any], *, right_hash: bool = False
    ) -> None:
        """Post an event nobody at the service sent.

        `right_hash`: the hash fits, as for somebody who saw one event of this type and second; it covers no body.
        """
        account = request.account
        subject = {"signature_request": views.request_json(request, self._service.url) | changes}
        payload = self.payload(event, Listener(url, account), subject)
        if not right_hash:
            payload["event"]["event_hash"] = event_hash("somebody else's key", "0", event)
        self.post(url, payload)


def event_hash(api_key: str, event_time: str, event_type: str) -> str:
    """Hexadecimal HMAC-SHA256 over time and type: it says nothing about the rest of the body."""
    return hmac.new(api_key.encode(), f"{event_time}{event_type}".encode(), hashlib.sha256).hexdigest()


def _post(url: str, payload: dict[str, Any], timeout_s: float) -> tuple[int, str]:
    parts = {"json": (None, json.dumps(payload, ensure_ascii=False))}
    headers = {"User-Agent": "HelloSign API"}
    try:
        answer = requests.post(url, files=parts, headers=headers, timeout=timeout_s, allow_redirects=False)
    except requests.RequestException:
        return 0, ""
    return answer.status_code, answer.text
