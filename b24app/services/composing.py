"""What the composer shows and what comes back from it: plain values between doors and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from b24app.domain.fields import Field
from b24app.domain.preflight import Finding
from b24app.domain.reminders import OFF, Reminders
from b24app.errors import InvalidPayload, Sentence

TEMPLATE = "template"
"""Stands for the chosen template among a form's documents."""
MAX_COPIES = 20


@dataclass(frozen=True)
class EmailChoice:
    value: str
    kind: str  # WORK, HOME, MAILING, OTHER, as the card has it


@dataclass(frozen=True)
class Candidate:
    """Somebody of the card who could sign. `key` names him within the card: `contact:41`, `company:12`, `lead:77`."""

    key: str
    group: str  # lead | contacts | company | company_contacts
    name: str
    detail: str
    emails: tuple[EmailChoice, ...]
    crm_path: str  # where a missing address can be mended


@dataclass(frozen=True)
class SignerChoice:
    """One chosen signatory. Equal `order` numbers sign in parallel. `key` is empty for somebody typed in."""

    name: str
    email: str
    order: int
    key: str = ""
    locale: str = "en"


@dataclass(frozen=True)
class TemplateChoice:
    id: str
    name: str
    locale: str


@dataclass(frozen=True)
class Proposal:
    """What belongs to a template on a card until the employee decides otherwise."""

    locale: str
    signers: tuple[SignerChoice, ...]
    letter_subject: str
    letter_body: str
    needs_approval: bool
    expires_on: date | None = None


@dataclass(frozen=True)
class ComposerView:
    """Everything the popup needs; the preview is asked for afterwards."""

    id: str
    entity_type_id: int
    entity_id: int
    card_title: str
    candidates: tuple[Candidate, ...]
    chosen: tuple[SignerChoice, ...]
    templates: tuple[TemplateChoice, ...]
    template_id: str
    letter_subject: str
    letter_body: str
    needs_approval: bool
    responsible_name: str
    sender_name: str
    locale: str
    expires_on: date | None
    reminders: Reminders
    truncated: bool = False  # the card has more contacts than one call could bring
    connection: str = ""  # the account that the portal's rules propose
    takes_word: bool = False  # Word documents can be converted here

    @property
    def most_copies(self) -> int:
        """How many addresses can only get a copy."""
        return MAX_COPIES

    @property
    def file_kinds(self) -> str:
        """What a file chooser offers, as its `accept` has it."""
        word = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx")
        kinds = ("application/pdf", ".pdf", "image/png", "image/jpeg", *(word if self.takes_word else ()))
        return ",".join(kinds)


@dataclass(frozen=True)
class ComposeForm:
    """What the employee decided. `prepared_id` names the preview he looked at."""

    composer_id: str
    source: str  # template (it stands among the documents) | upload | bitrix24 (it does not)
    template_id: str = ""
    documents: tuple[str, ...] = ()  # what is sent, in order: ids of files, and TEMPLATE for the template
    signers: tuple[SignerChoice, ...] = ()
    signers_from: str = ""  # the template with which signatories were last proposed
    ticks: Mapping[str, bool] = field(default_factory=dict)  # property path -> ticked
    letter_subject: str = ""
    letter_body: str = ""
    needs_approval: bool = True
    expires_on: date | None = None
    reminders: Reminders = OFF
    prepared_id: str = ""
    accept_empties: bool = False  # the employee saw what is empty or doubtful and wants to send all the same
    connection: str = ""  # the account it is signed through; empty for Paraph's own engine
    connection_from: str = ""  # the account that was last proposed
    copies: tuple[str, ...] = ()  # addresses that only get the finished document, as they were typed, each once

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is sent, in order: the template first, unless the employee moved it, and only while it is the source."""
        files = tuple(each for each in self.documents if each != TEMPLATE)
        if self.source != TEMPLATE or not self.template_id:
            return files
        return self.documents if TEMPLATE in self.documents else (TEMPLATE, *files)

    @property
    def file_ids(self) -> tuple[str, ...]:
        return tuple(each for each in self.chosen if each != TEMPLATE)


@dataclass(frozen=True)
class CheckboxView:
    path: str
    label: str
    checked: bool
    is_kept: bool = True  # in a property of this card; a box without one is printed only


@dataclass(frozen=True)
class EmptyView:
    path: str
    required: bool
    crm_path: str = ""  # the CRM record in which the value is filled in


@dataclass(frozen=True)
class PreparedView:
    """The very document that will be sent. Page sizes in points, as displayed."""

    id: str
    title: str
    sha256: str
    pages: tuple[tuple[float, float], ...]
    checkboxes: tuple[CheckboxView, ...]
    empties: tuple[EmptyView, ...]
    fields: tuple[Field, ...] = ()  # whose place is where; drawn over the pages
    findings: tuple[Finding, ...] = ()  # what is wrong or doubtful
    titles: Mapping[int, str] = field(default_factory=dict)  # page -> title of the document that begins there
    unprintable: tuple[str, ...] = ()  # letters that no font of ours has


@dataclass(frozen=True)
class UploadView:
    """A file of a composer. `state`: ready, pending (Bitrix24 still makes its PDF) or failed, with its `trouble`."""

    id: str
    name: str
    pages: int
    removed: tuple[str, ...] = ()  # kinds of active content that were taken out
    is_signed: bool = False
    state: str = "ready"
    trouble: Sentence | None = None
    sha256: str = ""
    placed: int = 0  # how many fields stand on it; none: a page for signatures is added


class FormRefused(InvalidPayload):
    """The form cannot be sent. `problems`: field name -> sentences (gettext keys with their params).

    Field names: `signers` (the list as a whole), `signers-<index>` (0-based, one person), `document`, `preflight`,
    `empties`, `letter_subject`, `letter_body`, `expires_on`, `remind_first`, `remind_every`, `remind_most`,
    `connection`, `title`, `copies`, `preview` (the pages changed since they were looked at). The settings pages have
    fields of their own.
    """

    def __init__(self, problems: Mapping[str, list[InvalidPayload]]) -> None:
        first = next(iter(problems.values()))[0]
        super().__init__(first.message, field=next(iter(problems)), **first.params)
        self.problems = problems
