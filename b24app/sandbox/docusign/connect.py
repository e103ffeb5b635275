"""Connect: JSON messages sent individually (SIM), signed over the raw body, repeated where acknowledgment is wanted.

Headers X-DocuSign-Signature-1, -2, …: base64 HMAC-SHA256 of the body, one for each active key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import requests

from b24app.sandbox.docusign import papers, views
from b24app.sandbox.docusign.model import Envelope, Hook, Recipient, stamp
from b24app.sandbox.esign.outgoing import Outgoing, Parcel

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

TIMEOUT_S = 100
RETRIES_S = (300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400)


class Connect(Outgoing):
    """What is told to whom, and what became of it."""

    def __init__(self, service: DocuSign) -> None:
        super().__init__(service, self._post_once, RETRIES_S)
        self._docusign = service
        self.configurations: list[Hook] = []
        self.timeout_s: float = TIMEOUT_S

    def tell(self, event: str, envelope: Envelope, recipient: Recipient | None = None) -> None:
        """Report something about an envelope, as it is now, to whoever asked for that event."""
        for hook in [*envelope.hooks, *self.configurations]:
            if event not in hook.events:
                continue
            told = event
            if odd := self._docusign.faults.take("unknown_event", event):
                told = str(odd.get("name", "envelope-teleported"))
            payload = self.payload(told, envelope, hook, recipient)
            self.queue(self._parcel(told, hook, payload, self.keys(hook, envelope)))

    def keys(self, hook: Hook, envelope: Envelope) -> list[str]:
        """Whose keys sign: none, the account's, or the integration's when it manages them."""
        if not hook.hmac:
            return []
        if hook.integrator_managed:
            return self._docusign.directory.integrations[envelope.client_id].hmac_keys
        return envelope.account.hmac_keys

    def _parcel(self, event: str, hook: Hook, payload: dict[str, Any], keys: Iterable[str]) -> Parcel:
        tries = len(RETRIES_S) + 1 if hook.acknowledge else 1
        return Parcel(event, hook.url, payload, tries, tuple(keys))

    def payload(self, event: str, envelope: Envelope, hook: Hook, recipient: Recipient | None) -> dict[str, Any]:
        """One message. The summary is there when any data was asked for."""
        account_id = envelope.account.account_id
        data: dict[str, Any] = {"accountId": account_id, "userId": envelope.sender.user_id}
        if recipient is not None:
            data["recipientId"] = recipient.guid
        data["envelopeId"] = envelope.envelope_id
        if hook.include:
            data["envelopeSummary"] = self._summary(envelope, hook)
        return {
            "event": event,
            "uri": f"/restapi/v2.1/accounts/{account_id}/envelopes/{envelope.envelope_id}",
            "retryCount": 0,
            "configurationId": hook.configuration_id or "0",
            "apiVersion": "v2.1",
            "generatedDateTime": stamp(self._docusign.clock.now()),
            "data": data,
        }

    def _summary(self, envelope: Envelope, hook: Hook) -> dict[str, Any]:
        shown = views.envelope_json(envelope, hook.include)
        if "documents" in hook.include:
            for entry in shown["envelopeDocuments"]:
                del entry["uri"]
                content = papers.document(envelope, entry["documentId"])
                entry["PDFBytes"] = base64.b64encode(content).decode()
        return shown

    def forge(self, event: str, envelope: Envelope, url: str, changes: dict[str, Any], *, key: str = "") -> None:
        """Post a message nobody at the service sent, signed with a key of somebody's choice."""
        hook = Hook(url, [event], ["recipients"])
        payload = self.payload(event, envelope, hook, None)
        payload["data"]["envelopeSummary"] |= changes
        self.post(self._parcel(event, hook, payload, [key or "somebody else's key"]))

    def _post_once(self, parcel: Parcel, attempt: int) -> tuple[int, bool]:
        """Accepted: any 2xx."""
        body, headers = written(parcel, attempt)
        try:
            answer = requests.post(
                parcel.url, data=body, headers=headers, timeout=self.timeout_s, allow_redirects=False
            )
        except requests.RequestException:
            return 0, False
        return answer.status_code, 200 <= answer.status_code < 300


def written(parcel: Parcel, attempt: int) -> tuple[bytes, dict[str, str]]:
    """Body and headers of one POST."""
    body = json.dumps(parcel.payload | {"retryCount": attempt - 1}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "DocuSign Connect"}
    return body, headers | signatures(body, parcel.keys)


def signatures(body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The signature headers of a body."""
    made = (base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode() for key in keys)
    return {f"X-DocuSign-Signature-{number}": one for number, one in enumerate(made, 1)}
