"""An envelope as DocuSign shows it, in our words. Words it does not know are UNKNOWN, what is missing stays empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from b24app.domain.entries import YES
from b24app.domain.fields import FieldType
from b24app.providers.docusign.tabs import KINDS, RADIOS
from b24app.providers.docusign.words import ENVELOPES, RECIPIENTS, REF_FIELD
from b24app.providers.snapshot import SignerState, SignerThere, Snapshot, There

EXPIRED_REASON = "envelope has expired"

_TICKED_OR_SIGNED = (FieldType.CHECKBOX, FieldType.SIGNATURE, FieldType.INITIALS)
_ENTERED = tuple(kind for type, kind in KINDS.items() if type not in _TICKED_OR_SIGNED)
_ENDS = ("completedDateTime", "declinedDateTime", "voidedDateTime", "deletedDateTime")
_MOMENTS: Mapping[SignerThere, str] = {
    SignerThere.PENDING: "sentDateTime",
    SignerThere.VIEWED: "deliveredDateTime",
    SignerThere.SIGNED: "signedDateTime",
    SignerThere.DECLINED: "declinedDateTime",
}


def snapshot(envelope: Mapping[str, Any]) -> Snapshot:
    """Read an envelope with its recipients."""
    signers = tuple(state(recipient) for recipient in recipients(envelope))
    declined = next((signer.reason for signer in signers if signer.status is SignerThere.DECLINED), "")
    ends = [moment(envelope.get(name)) for name in _ENDS]
    return Snapshot(
        words(envelope, "envelopeId"),
        standing(envelope),
        signers,
        ended_at=next((end for end in ends if end), None),
        reason=words(envelope, "voidedReason") or declined,
        entries={label: entry for recipient in recipients(envelope) for label, entry in entered(recipient)},
    )


def entered(recipient: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Read what a recipient's tabs hold, by label, which is our field's id; a radio button's is its value."""
    tabs = part(recipient, "tabs")
    for kind in _ENTERED:
        yield from ((words(tab, "tabLabel"), words(tab, "value")) for tab in entries(tabs, kind) if "value" in tab)
    yield from ((words(tab, "tabLabel"), _ticked(tab)) for tab in entries(tabs, KINDS[FieldType.CHECKBOX]))
    for group in entries(tabs, RADIOS):
        yield from ((words(button, "value"), _ticked(button)) for button in entries(group, "radios"))


def _ticked(tab: Mapping[str, Any]) -> str:
    return YES if words(tab, "selected").lower() == "true" else ""


def standing(envelope: Mapping[str, Any]) -> There:
    """An envelope that ran out of time is shown as voided: its reason or its own deadline tell."""
    there = ENVELOPES.get(words(envelope, "status").lower(), There.UNKNOWN)
    return There.EXPIRED if there is There.CANCELLED and _has_expired(envelope) else there


def _has_expired(envelope: Mapping[str, Any]) -> bool:
    if words(envelope, "voidedReason").strip(" .").lower() == EXPIRED_REASON:
        return True
    voided, due = moment(envelope.get("voidedDateTime")), moment(envelope.get("expireDateTime"))
    return voided is not None and due is not None and voided >= due


def recipients(envelope: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The signers among the recipients; copies have nothing to sign."""
    return entries(part(envelope, "recipients"), "signers")


def state(recipient: Mapping[str, Any]) -> SignerState:
    status = RECIPIENTS.get(words(recipient, "status").lower(), SignerThere.UNKNOWN)
    return SignerState(
        words(recipient, "recipientId"),
        status,
        at=moment(recipient.get(_MOMENTS.get(status, ""))),
        reason=words(recipient, "declinedReason") or words(recipient, "autoRespondedReason"),
        name=words(recipient, "name"),
        email=words(recipient, "email"),
    )


def our_ref(envelope: Mapping[str, Any]) -> str:
    """The reference that we gave, from the custom field or, for seven days, the transactionId."""
    fields = entries(part(envelope, "customFields"), "textCustomFields")
    named = [words(field, "value") for field in fields if field.get("name") == REF_FIELD]
    return named[0] if named else words(envelope, "transactionId")


def part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an object; empty when it is not there."""
    found = of.get(name)
    return found if isinstance(found, Mapping) else {}


def entries(of: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list inside an object."""
    found = of.get(name)
    return (one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else iter(())


def words(of: Mapping[str, Any], name: str) -> str:
    """A text, or a number as text; empty for anything else."""
    value = of.get(name)
    return str(value) if isinstance(value, str | int) else ""


def moment(text: object) -> datetime | None:
    """A time in UTC; DocuSign writes seven digits of a second, and sometimes no zone."""
    try:
        found = datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
