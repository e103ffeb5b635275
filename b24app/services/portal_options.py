"""What an administrator decided for his portal, read from the portal's settings column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from b24app.domain.reminders import USUAL, Reminders
from b24app.letters.wordings import default_wording
from b24app.store.tables import Portal

PLACEHOLDERS = ("signer_name", "document", "sender_name", "sender_company", "expires_on")
"""Those that mean something in an invitation; its link is a button of its own."""

LETTER_LOCALES = ("en", "uk")
DEFAULT_DEADLINE_DAYS = 14
MAX_DEADLINE_DAYS = 365


@dataclass(frozen=True)
class Letter:
    """The words of an invitation, with placeholders."""

    subject: str
    body: str


@dataclass(frozen=True)
class PortalOptions:
    """`letters` holds one wording for each language; ours where the portal has none of its own."""

    sender_name: str
    needs_approval: bool = True
    deadline_days: int = DEFAULT_DEADLINE_DAYS
    reminders: Reminders = USUAL
    letters: Mapping[str, Letter] = field(default_factory=dict)


def options_of(portal: Portal) -> PortalOptions:
    settings = portal.settings
    own = settings.get("letters", {})
    return PortalOptions(
        sender_name=str(settings.get("sender_name", "")),
        needs_approval=bool(settings.get("needs_approval", True)),
        deadline_days=int(settings.get("deadline_days") or DEFAULT_DEADLINE_DAYS),
        reminders=Reminders.from_dict(settings.get("reminders", {})),
        letters={
            locale: Letter(**own[locale]) if own.get(locale) else usual_letter(locale) for locale in LETTER_LOCALES
        },
    )


def usual_letter(locale: str) -> Letter:
    wording = default_wording("invitation", locale)
    return Letter(wording.subject, wording.body)
