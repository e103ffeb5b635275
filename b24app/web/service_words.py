"""What pages say of an account at a signing service: how it fares, what to do, what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext

from b24app.bitrix import entities
from b24app.domain.fields import FieldType
from b24app.errors import N_
from b24app.providers.capabilities import Auth, Cancel, Capabilities, Limits, Ordering
from b24app.services.list_connections import ConnectionView
from b24app.web.words import field_word, is_named_field

_HEALTH = {
    "new": (N_("Not checked yet"), ""),
    "ok": (N_("Connected"), "good"),
    "consent": (N_("Consent needed"), "warn"),
    "reconnect": (N_("Connection lost"), "bad"),
    "limited": (N_("Refused"), "bad"),
    "down": (N_("Not reachable"), "warn"),
    "unknown": (N_("Not available here"), "bad"),
}

_ADVICE = {
    "consent": N_(
        "The service wants a person’s consent: open its page and agree there. It opens in a new tab; come back here "
        "afterwards."
    ),
    "reconnect": N_(
        "The service no longer lets Paraph in. Enter valid keys, or test the connection when the account is in order "
        "again."
    ),
    "limited": N_("Check the account at the service, then test the connection."),
    "down": N_("Documents wait and are sent when the service responds again."),
    "unknown": N_("This installation of Paraph does not know this signing service. Ask whoever runs Paraph."),
}

_CRM_TYPE = {
    entities.LEAD: N_("Lead"),
    entities.DEAL: N_("Deal"),
    entities.CONTACT: N_("Contact"),
    entities.COMPANY: N_("Company"),
    entities.QUOTE: N_("Quote"),
    entities.SMART_INVOICE: N_("Invoice"),
}

CRM_TYPES = tuple(_CRM_TYPE)


def health_word(view: ConnectionView) -> str:
    return gettext("Being checked…") if view.is_checking else gettext(_HEALTH[view.health][0])


def health_tone(view: ConnectionView) -> str:
    return "accent" if view.is_checking else _HEALTH[view.health][1]


def advice(view: ConnectionView) -> str:
    """Say what somebody can do about an account that is not well; empty when nobody has to do anything."""
    if view.is_checking or view.health not in _ADVICE:
        return ""
    kind = "consent" if view.consent else view.health
    return gettext(_ADVICE[kind])


def crm_type(type_id: int) -> str:
    return gettext(_CRM_TYPE[type_id]) if type_id in _CRM_TYPE else entities.type_name(type_id)


def cannot(capabilities: Capabilities) -> list[str]:
    """List in sentences what a service cannot do, as far as an employee would miss it."""
    return [*_about_people(capabilities), *_about_document(capabilities), *_about_time(capabilities)]


def _about_people(capabilities: Capabilities) -> Iterator[str]:
    if capabilities.ordering is Ordering.NONE:
        yield gettext("It asks everybody at once: there is no order of signing.")
    if capabilities.ordering is Ordering.SEQUENTIAL:
        yield gettext("It asks one person after the other: nobody signs at the same time.")
    if not capabilities.own_letter:
        yield gettext("It writes its own letter; your words are not used.")
    if not capabilities.manual_reminders:
        yield gettext("Paraph cannot have it send reminders.")
    if not capabilities.change_signer:
        yield gettext("A signatory’s name and address cannot be corrected after sending.")
    if not capabilities.decline:
        yield gettext("Signatories cannot decline there.")
    if not capabilities.copies:
        yield gettext("It sends no copies to people who do not sign.")


def _about_document(capabilities: Capabilities) -> Iterator[str]:
    missing = [type for type in FieldType if is_named_field(type) and type not in capabilities.field_types]
    if missing:
        yield gettext("It has no such fields: %(names)s.", names=", ".join(field_word(type) for type in missing))
    yield from _limits(capabilities.limits)


def _limits(limits: Limits) -> Iterator[str]:
    if limits.signers is not None:
        yield gettext("At most %(most)s people can sign one document.", most=limits.signers)
    if limits.pages is not None:
        yield gettext("A document may have at most %(most)s pages.", most=limits.pages)
    if limits.file_bytes is not None:
        yield gettext("A document may have at most %(most)s MB.", most=limits.file_bytes // 2**20)


def _about_time(capabilities: Capabilities) -> Iterator[str]:
    expiry = capabilities.expiry
    if expiry is None:
        yield gettext("It knows no deadline: Paraph withdraws the document when the last day is over.")
    elif expiry.latest is not None:
        yield gettext("A deadline may be at most %(days)s days ahead.", days=expiry.latest.days)
    if capabilities.cancel is Cancel.ASYNC:
        yield gettext("Withdrawing takes effect when it confirms it; until then people can still sign.")
    if not capabilities.finds_by_ref:
        yield gettext("When its answer is lost, somebody has to look there before the document is sent again.")


def goes_away(auth: Auth) -> bool:
    """Say whether a person agrees on the service's own page after the questions."""
    return auth is Auth.OAUTH_CODE


FOR_TEMPLATES = {each.__name__: each for each in (health_word, health_tone, advice, crm_type, cannot, goes_away)}
