"""Callbacks: multipart/form-data with one field `json` (developers.hellosign.com/docs/events/walkthrough).

`event_hash` proves time and type only, so anybody who saw one event can make another with the same hash and any body:
nothing is believed but which request to look at, and what no look can tell, that a letter came back.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qs

from b24app.errors import N_, InvalidPayload, Unauthentic
from b24app.providers.dropbox_sign.reading import moment, text
from b24app.providers.dropbox_sign.sending import OUR_REF
from b24app.providers.dropbox_sign.words import EVENTS
from b24app.providers.snapshot import Event, EventKind

_ID = re.compile(r"[\w-]{1,100}", re.ASCII)


def read(headers: Mapping[str, str], body: bytes, api_key: str) -> Event:
    """Verify and read one callback. Without a key (an account connected by consent) only its address is proof.

    Raises: Unauthentic, InvalidPayload.
    """
    try:
        told = json.loads(_field(headers, body))
        event = told["event"]
        if api_key and not _is_genuine(event, api_key):
            raise Unauthentic(N_("This event was not sent by the signing service."))
        return _event(event, told.get("signature_request"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidPayload(N_("This event of the signing service cannot be read.")) from error


def event_hash(api_key: str, event_time: str, event_type: str) -> str:
    return hmac.new(api_key.encode(), _bytes(event_time + event_type), hashlib.sha256).hexdigest()


def _is_genuine(event: Mapping[str, Any], api_key: str) -> bool:
    expected = event_hash(api_key, str(event["event_time"]), str(event["event_type"]))
    return hmac.compare_digest(expected.encode(), _bytes(str(event["event_hash"])))


def _bytes(words: str) -> bytes:
    return words.encode("utf-8", "surrogatepass")


def _event(event: Mapping[str, Any], subject: Mapping[str, Any] | None) -> Event:
    about = subject or {}
    particulars = event.get("event_metadata") or {}
    return Event(
        _kind(event["event_type"]),
        _id(about.get("signature_request_id")),
        _id(particulars.get("related_signature_id")),
        _id((about.get("metadata") or {}).get(OUR_REF)) if isinstance(about.get("metadata"), dict) else "",
        moment(event.get("event_time")),
        text(particulars.get("event_message")),
    )


def _kind(event_type: object) -> EventKind:
    if not isinstance(event_type, str):
        raise TypeError("event_type")
    return EVENTS.get(event_type, EventKind.OTHER)


def _id(value: object) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _field(headers: Mapping[str, str], body: bytes) -> bytes:
    """Take the field `json` out of a form. Raises: KeyError when there is none."""
    content_type = headers.get("content-type", "")
    if content_type.startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode(), strict_parsing=True)["json"][0].encode()
    whole = f"Content-Type: {content_type}\r\n\r\n".encode() + body
    for part in BytesParser(policy=policy.compat32).parsebytes(whole).walk():
        if _is_json_field(part):
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else b""
    raise KeyError("json")


def _is_json_field(part: Message) -> bool:
    is_field = part.get_content_disposition() == "form-data"
    return is_field and part.get_param("name", header="content-disposition") == "json"
