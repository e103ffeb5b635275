"""eventNotification: where Connect messages of one envelope go and which."""

from __future__ import annotations

from typing import Any

from b24app.sandbox.docusign import scalars
from b24app.sandbox.docusign.errors import wrong
from b24app.sandbox.docusign.model import Hook

SIM, JSON = "SIM", "json"
INCLUDED = ("recipients", "tabs", "custom_fields", "documents", "folders", "attachments", "extensions")


def of_envelope(given: dict[str, Any]) -> list[Hook]:
    """`eventNotification`, and the newer list `eventNotifications`."""
    entries = [*([given["eventNotification"]] if given.get("eventNotification") else [])]
    entries += given.get("eventNotifications") or []
    return [hook(entry) for entry in entries]


def hook(entry: dict[str, Any]) -> Hook:
    """One receiver. Only JSON messages sent individually are known here."""
    url = scalars.words(entry, "url")
    if not url.startswith(("https://", "http://")):
        raise wrong("The url of an eventNotification is missing.")
    data = entry.get("eventData") or {}
    if entry.get("deliveryMode", SIM) != SIM or data.get("version") != "restv2.1" or data.get("format", JSON) != JSON:
        raise wrong("Only deliveryMode SIM with eventData restv2.1 in json is known here.")
    include = [str(name) for name in data.get("includeData") or []]
    if unknown := set(include) - set(INCLUDED):
        raise wrong(f"includeData: {sorted(unknown)[0]} is not known here.")
    return Hook(
        url,
        _events(entry),
        include,
        acknowledge=scalars.flag(entry, "requireAcknowledgment"),
        hmac=scalars.flag(entry, "includeHMAC"),
        integrator_managed=scalars.flag(entry, "integratorManaged"),
    )


def _events(entry: dict[str, Any]) -> list[str]:
    """`events`, or the older lists of status codes."""
    named = [str(name).lower() for name in entry.get("events") or []]
    for one in entry.get("envelopeEvents") or []:
        named.append(f"envelope-{str(one.get('envelopeEventStatusCode')).lower()}")
    for one in entry.get("recipientEvents") or []:
        named.append(f"recipient-{str(one.get('recipientEventStatusCode')).lower()}")
    return named
