"""What machine words are called on pages: statuses, events, kinds of address, placeholders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from flask_babel import format_date, format_datetime, gettext
from markupsafe import Markup, escape

from b24app.domain.entries import as_day
from b24app.domain.events import Topic
from b24app.domain.fields import FieldType
from b24app.domain.preflight import Finding
from b24app.domain.signature_request import SignerStatus, Status
from b24app.errors import N_, Sentence
from b24app.services.composing import EmptyView
from b24app.services.list_requests import MOST_COUNTED, Show
from b24app.services.list_troubles import Standstill, Trouble, Work
from b24app.services.property_words import place_and_name, property_words
from b24app.services.showing import EventView
from b24app.services.template_options import SignerRole

_STATUS = {
    Status.DRAFT: (N_("Draft"), ""),
    Status.SENDING: (N_("Being sent"), "accent"),
    Status.AWAITING_SIGNATURES: (N_("Waiting for signatures"), "accent"),
    Status.CLOSING: (N_("Being withdrawn"), "accent"),
    Status.AWAITING_APPROVAL: (N_("Waiting for approval"), "warn"),
    Status.COMPLETING: (N_("Being sealed"), "accent"),
    Status.COMPLETED: (N_("Signed and sealed"), "good"),
    Status.DECLINED: (N_("Declined by a signer"), "bad"),
    Status.REFUSED: (N_("Refused"), "bad"),
    Status.VOIDED: (N_("Withdrawn"), ""),
    Status.EXPIRED: (N_("Expired"), "bad"),
    Status.FAILED: (N_("Stopped by an error"), "bad"),
}

_SIGNER_STATUS = {
    SignerStatus.WAITING_TURN: (N_("Waiting for their turn"), ""),
    SignerStatus.INVITED: (N_("Letter sent"), "accent"),
    SignerStatus.VIEWED: (N_("Opened"), "accent"),
    SignerStatus.SIGNED: (N_("Signed"), "good"),
    SignerStatus.DECLINED: (N_("Declined"), "bad"),
    SignerStatus.BOUNCED: (N_("Letter not delivered"), "bad"),
    SignerStatus.DELEGATED: (N_("Passed to somebody else"), ""),
}

_EVENT = {
    "request_sent": N_("%(who)s sent the document for signature."),
    "signer_invited": N_("%(who)s is next to sign."),
    "letter_sent": N_("The letter to %(who)s was sent."),
    "signer_viewed": N_("%(who)s opened the document."),
    "signer_consented": N_("%(who)s agreed to sign electronically."),
    "signer_corrected": N_("%(who)s corrected the name or the company."),
    "signer_signed": N_("%(who)s signed."),
    "signer_declined": N_("%(who)s declined to sign."),
    "signer_bounced": N_("The letter to %(who)s could not be delivered."),
    "signer_changed": N_("%(who)s corrected the address of a signatory."),
    "copy_changed": N_("%(who)s corrected the address for a copy."),
    "signer_reminded": N_("%(who)s sent a reminder."),
    "deadline_changed": N_("%(who)s changed the deadline."),
    "reminders_changed": N_("%(who)s changed the reminders."),
    "all_signed": N_("Everybody has signed."),
    "approval_given": N_("%(who)s approved the document."),
    "approval_refused": N_("%(who)s refused the document."),
    "request_closing": N_("The signing service was asked to end it."),
    "request_voided": N_("%(who)s withdrew the document."),
    "request_expired": N_("The time to sign has passed."),
    "document_sealed": N_("The document was sealed."),
    "request_completed": N_("The sealed document was stored."),
    "request_failed": N_("An error stopped the process."),
    "request_retried": N_("%(who)s tried again."),
    "card_changed": N_("The card was changed: it no longer says what the document prints."),
    "card_conflict": N_("Entries were not written into the card, which had been changed."),
    "card_settled": N_("%(who)s had an entry written into the card."),
    "request_rerouted": N_("%(who)s sent it through %(service)s instead of %(former)s."),
}

_EMAIL_KIND = {
    "WORK": N_("Work"),
    "HOME": N_("Home"),
    "MAILING": N_("Newsletters"),
    "OTHER": N_("Other"),
}

_FIELD = {
    FieldType.SIGNATURE: N_("Signature"),
    FieldType.INITIALS: N_("Initials"),
    FieldType.DATE: N_("Date"),
    FieldType.NAME: N_("Name"),
    FieldType.COMPANY: N_("Company"),
    FieldType.TEXT: N_("Text field"),
    FieldType.CHECKBOX: N_("Checkbox"),
    FieldType.EMAIL: N_("E-mail"),
    FieldType.TITLE: N_("Position"),
    FieldType.NUMBER: N_("Number field"),
    FieldType.DAY: N_("Date to choose"),
    FieldType.RADIO: N_("Choice"),
    FieldType.DROPDOWN: N_("List"),
    FieldType.IMAGE: N_("Picture"),
    FieldType.ATTACHMENT: N_("Attached file"),
}

_CRM_TYPE = {
    1: N_("Leads"),
    2: N_("Deals"),
    4: N_("Companies"),
    7: N_("Quotes"),
    31: N_("Invoices"),
}

_ROLE = {
    SignerRole.FIRST_CONTACT: N_("First contact"),
    SignerRole.SECOND_CONTACT: N_("Second contact"),
    SignerRole.COMPANY: N_("Company, at its own address"),
    SignerRole.DIRECTOR: N_("Director of the company"),
    SignerRole.RESPONSIBLE: N_("Responsible employee"),
    SignerRole.TYPED: N_("Typed in by hand"),
}

_KIND = {"markdown": N_("Text"), "docx": N_("Word file"), "pdf": N_("PDF file")}

_GROUP = {
    "lead": N_("This lead"),
    "contacts": N_("Contacts"),
    "company": N_("Company"),
    "company_contacts": N_("Contacts of the company"),
}

_SHOW = {
    Show.ALL: (N_("All"), ""),
    Show.SIGNATURES: (N_("Waiting for signatures"), N_("No document is waiting for signatures")),
    Show.APPROVAL: (N_("For you to approve"), N_("Nothing is waiting for your approval")),
    Show.ATTENTION: (N_("Needs attention"), N_("Nothing needs your attention")),
    Show.COMPLETED: (N_("Signed and sealed"), N_("No document has been completed yet")),
    Show.ENDED: (N_("Ended without completion"), N_("No document has ended in another way")),
}

_WORK = {
    Topic.HAND_OVER: N_("Sending the document for signature"),
    Topic.INVITE: N_("The letter that invites %(who)s to sign"),
    Topic.REMIND: N_("The reminder for %(who)s"),
    Topic.RELAY: N_("News in the timeline of the card"),
    Topic.SEAL: N_("Sealing the document"),
    Topic.FILE_TO_CARD: N_("The sealed document in the timeline of the card"),
    Topic.PIN: N_("Pinning the sealed document in the timeline"),
    Topic.WRITE_BACK: N_("Changed checkboxes and entries in the card"),
    Topic.COPY_TO_SIGNERS: N_("The copy of the sealed document for %(who)s"),
    Topic.TELL_SIGNERS: N_("The letter that tells %(who)s that it is over"),
    Topic.PORTAL_EVENT: N_("What Bitrix24 reported to Paraph"),
    Topic.FETCH_FILE: N_("Fetching the signed document from the signing service"),
    Topic.CANCEL: N_("Withdrawing the document at the signing service"),
    Topic.CORRECT_SIGNER: N_("The corrected address at the signing service"),
    Topic.LOOK: N_("Asking the signing service how the document stands"),
    Topic.SIGNING_LINK: N_("Opening the signing service’s page"),
    Topic.PROVIDER_EVENT: N_("What the signing service reported to Paraph"),
    Topic.CHECK_CONNECTION: N_("The connection to the signing service"),
}

_STANDSTILL = {
    "worker": N_(
        "The background worker has not been seen for a while; letters, timeline and seals are waiting for it. "
        "Whoever runs Paraph needs to start it (python -m b24app worker)."
    ),
    "reconnect": N_("The connection to Bitrix24 was lost. It returns when an administrator opens Paraph in Bitrix24."),
    "bitrix": N_("Bitrix24 does not respond at the moment; what goes there is waiting."),
    "mail": N_("The mail server does not respond at the moment; letters are waiting."),
}
_LOST = N_(
    "%(who)s’s connection to Bitrix24, on whose behalf Paraph works, was lost. It returns when they or another "
    "administrator open Paraph in Bitrix24."
)

COLOURS = 6


def status_word(status: str) -> str:
    return gettext(_STATUS[Status(status)][0])


def status_tone(status: str) -> str:
    return _STATUS[Status(status)][1]


def signer_word(status: str) -> str:
    return gettext(_SIGNER_STATUS[SignerStatus(status)][0])


def signer_tone(status: str) -> str:
    return _SIGNER_STATUS[SignerStatus(status)][1]


def show_word(show: Show) -> str:
    return gettext(_SHOW[show][0])


def empty_word(show: Show) -> str:
    """Say that a list's filter lets nothing through."""
    return gettext(_SHOW[show][1] or N_("There are no older documents"))


def count_word(count: int) -> str:
    """Write a count that was taken up to a bound."""
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def work_word(work: Work) -> str:
    """Name what could not be done."""
    if work.topic is None:
        return gettext("The document was stopped by an error")
    return gettext(_WORK[work.topic]) % {"who": work.who or gettext("a signatory")}


def untitled_word(trouble: Trouble) -> str:
    """Name what could not be done where it belongs to no request."""
    topics = {work.topic for work in trouble.works}
    if Topic.CHECK_CONNECTION in topics:
        return gettext("Signing service")
    return gettext("Event from a signing service") if Topic.PROVIDER_EVENT in topics else gettext("Event from Bitrix24")


def standstill_word(stop: Standstill) -> str:
    """Say what holds a portal up and who can help."""
    return gettext(_LOST, who=stop.who) if stop.who else gettext(_STANDSTILL[stop.kind])


def event_words(event: EventView) -> str:
    """Say in one sentence what happened."""
    who, data = event.who or gettext("An employee"), event.data
    if data.get("automatic"):
        return gettext("%(who)s was reminded automatically.", who=who)
    if data.get("off"):
        return gettext("%(who)s turned the reminders off.", who=who)
    if "expires_on" in data:
        return gettext("%(who)s moved the deadline to %(day)s.", who=who, day=day(str(data["expires_on"])))
    sentence = _EVENT.get(event.type, N_("The document was updated."))
    return gettext(sentence) % {"who": who, "service": data.get("service", ""), "former": data.get("former", "")}


def event_reason(event: EventView) -> str:
    """Give the reason that belongs to an event: a person's own words, or why our work stopped."""
    reason = str(event.data.get("reason") or "")
    return filled(Sentence.read(reason)) if event.type == "request_failed" else reason


def filled(sentence: Sentence) -> str:
    """Say a kept sentence in the reader's language."""
    return gettext(sentence.message, **sentence.params)


def email_kind(kind: str) -> str:
    return gettext(_EMAIL_KIND.get(kind.upper(), _EMAIL_KIND["OTHER"]))


def field_word(type: str) -> str:
    return gettext(_FIELD[FieldType(type)])


def is_named_field(type: str) -> bool:
    """Say whether there is a word for a kind of place."""
    return type in _FIELD


def group_word(group: str) -> str:
    return gettext(_GROUP.get(group, group))


def placeholder_words(path: str) -> str:
    """Read a placeholder's path aloud: `company.requisites.vat_id` -> "Company, requisites: VAT or tax ID"."""
    return property_words(path, gettext)


def grouped_empties(empties: Iterable[EmptyView]) -> dict[str, dict[str, EmptyView]]:
    """Sort empty placeholders by where they belong: "Company, bank" -> "IBAN" -> the placeholder, each said once."""
    groups: dict[str, dict[str, EmptyView]] = {}
    for empty in sorted(empties, key=lambda empty: not empty.required):
        place, name = place_and_name(empty.path, gettext)
        groups.setdefault(place or gettext("Document"), {}).setdefault(name, empty)
    return groups


def card_value(value: str) -> str:
    """Write a property's text for people: ticks as yes and no, days in words, nothing as a dash."""
    if value in ("Y", "N", "yes"):
        return gettext("No") if value == "N" else gettext("Yes")
    is_iso = len(value) == len("2026-12-31") and value[4::3] == "--"
    found = as_day(value) if is_iso else None
    return day(found) if found else value or "—"


def finding_text(finding: Finding) -> str:
    """Say what is wrong or doubtful with the document."""
    kinds = {"what": ", ".join(gettext(kind) for kind in finding.kinds)} if finding.kinds else {}
    return gettext(finding.message, **{**finding.params, **kinds})


def finding_mend(finding: Finding) -> str:
    """Say how a finding is mended."""
    return gettext(finding.mend, **finding.params)


def crm_type_word(type_id: int) -> str:
    return gettext(_CRM_TYPE[type_id]) if type_id in _CRM_TYPE else gettext("Smart process %(number)s", number=type_id)


def role_word(role: str) -> str:
    return gettext(_ROLE[SignerRole(role)])


def kind_word(kind: str) -> str:
    """Name a kind of template."""
    return gettext(_KIND.get(kind, _KIND["markdown"]))


def colour_of(position: int | str) -> str:
    """Give a signer's colour, 1 to 6 in turns; the approver has his own."""
    return str((int(position) - 1) % COLOURS + 1) if str(position).isdecimal() else "approver"


def moment(at: datetime) -> Markup:
    """Write a moment; <local-time> turns it into the reader's own time zone."""
    text = format_datetime(at, "short")
    return Markup('<local-time><time datetime="{}">{} UTC</time></local-time>').format(escape(at.isoformat()), text)


def day(on: date | str) -> str:
    """Write a calendar day; it belongs to no time zone."""
    return str(format_date(date.fromisoformat(on) if isinstance(on, str) else on, "medium"))


FOR_TEMPLATES = {
    each.__name__: each
    for each in (
        status_word, status_tone, signer_word, signer_tone, show_word, empty_word, count_word, work_word,
        untitled_word, standstill_word, event_words, event_reason, filled, email_kind, field_word, group_word,
        grouped_empties, finding_text, finding_mend, card_value, colour_of, moment, day, crm_type_word, role_word,
        kind_word,
    )
}  # fmt: skip
