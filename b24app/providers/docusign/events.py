"""Connect: messages of DocuSign, verified over their raw bytes and read.

developers.docusign.com/platform/webhooks/connect/validate: base64 HMAC-SHA256 of the body, one header for each key
that is active in the account. Any of them may match any of ours, so that keys can be changed without a gap.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from b24app.errors import N_, InvalidPayload, Unauthentic
from b24app.providers.docusign.reading import moment, our_ref, part, recipients, words
from b24app.providers.docusign.words import EVENTS
from b24app.providers.snapshot import Event, EventKind

_SIGNATURE = re.compile(r"x-docusign-signature-\d+")


def receive(keys: Sequence[str], headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
    """Raises: Unauthentic, InvalidPayload."""
    given = [value.strip() for name, value in headers.items() if _SIGNATURE.fullmatch(name)]
    proofs = [_proof(key, body) for key in keys]
    matches = [hmac.compare_digest(proof, one.encode()) for proof in proofs for one in given]
    if not any(matches):
        raise Unauthentic(N_("This event was not sent by the signing service."))
    return [_event(_read(body))]


def keys_in(text: str) -> list[str]:
    """Several keys stand in one field while they are changed, each on a line of its own."""
    return text.split()


def _proof(key: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest())


def _read(body: bytes) -> Mapping[str, Any]:
    unreadable = InvalidPayload(N_("This event of the signing service cannot be read."))
    try:
        told = json.loads(body)
    except ValueError as error:
        raise unreadable from error
    if not isinstance(told, dict) or not isinstance(told.get("event"), str) or not isinstance(told.get("data"), dict):
        raise unreadable
    return told


def _event(told: Mapping[str, Any]) -> Event:
    data = told["data"]
    envelope = part(data, "envelopeSummary")
    recipient = _recipient(envelope, words(data, "recipientId"))
    return Event(
        EVENTS.get(told["event"].lower(), EventKind.OTHER),
        words(data, "envelopeId"),
        words(recipient, "recipientId"),
        our_ref(envelope),
        moment(told.get("generatedDateTime")),
        words(recipient, "declinedReason")
        or words(recipient, "autoRespondedReason")
        or words(envelope, "voidedReason"),
    )


def _recipient(envelope: Mapping[str, Any], named: str) -> Mapping[str, Any]:
    """The recipient an event is about: named by our number, or by a GUID that only the summary explains."""
    for recipient in recipients(envelope):
        if named and named in (words(recipient, "recipientId"), words(recipient, "recipientIdGuid")):
            return recipient
    return {"recipientId": named} if named.isdecimal() else {}
