"""What must be seen of a document after all that its people were told, and what is: lost, doubled, out of order.

Seen means the portal and the mailbox. Our own rows are asked for two things only: that the audit trail is whole, and
whether a request exists that nobody was told of.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2

from b24app.evidence.trail import chain
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.portal.timeline import Record
from b24app.sandbox.world import Sandbox
from b24app.services.context import Context
from b24app.services.verify_document import verify_upload
from b24app.store import audit, outbox
from b24app.store.database import reading
from b24app.store.tables import Request
from tests.crash.people import TICK, Life, Plan, Signatory, Told
from tests.seen import Seen, by_message_id, look

CARD = {
    "completed": "Completed",
    "declined": "Declined by a signer",
    "voided": "Withdrawn",
    "refused": "Refused",
}
LAST = {
    "completed": "is completed",
    "declined": "declined",
    "voided": "was withdrawn",
    "refused": "was refused",
}


@dataclass
class Findings:
    """Effects counted; what is wrong also in words."""

    expected: int = 0
    seen: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    letters_doubled: int = 0
    words: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order or self.words)

    def compare(self, what: str, expected: Counter[str], seen: Counter[str]) -> None:
        lost, more = expected - seen, seen - expected
        self.expected += expected.total()
        self.seen += seen.total()
        self.lost += lost.total()
        self.doubled += more.total()
        if lost or more:
            self.words.append(f"{what}: lost {dict(lost)}, too many {dict(more)}")

    def require(self, is_so: bool, what: str) -> None:
        self.expected += 1
        self.seen += is_so
        self.lost += not is_so
        if not is_so:
            self.words.append(what)


def check_all(ctx: Context, sandbox: Sandbox, lives: list[Life]) -> Findings:
    findings = Findings()
    portal = sandbox.portal("acme")
    for life in lives:
        if life.told.request_id:
            _check_life(ctx, sandbox, portal, life, findings)
    _check_rows(portal, lives, findings)
    return findings


def _check_life(ctx: Context, sandbox: Sandbox, portal: Portal, life: Life, findings: Findings) -> None:
    plan, told = life.plan, life.told
    name = f"{plan.number} {plan.end} {told.request_id[:6]}"
    seen = look(portal, (1, told.lead), told.request_id)
    findings.require(told.end in CARD, f"{name}: its people never saw its end")
    if told.end not in CARD:
        return
    entries = Counter(_named(seen))
    reminded = told.reminded or (told.pressed and entries["reminder"] > 0)  # nobody knows: all of them or none
    findings.compare(f"{name} entries", Counter(_expected_entries(plan, told, reminded)), entries)
    _check_card(findings, name, told, seen)
    _check_order(findings, name, seen)
    _check_note(findings, name, told, seen)
    findings.require(portal.crm.items[1, told.lead].uf[TICK] is True, f"{name}: the property is not set")
    findings.compare(f"{name} files", Counter(file=told.end == "completed"), Counter(file=len(seen.files)))
    for record in seen.files:
        _check_file(ctx, findings, name, plan, seen, record, portal)
    _check_letters(findings, name, plan, told, reminded, sandbox)
    _check_trail(findings, name, portal, told)


def _expected_entries(plan: Plan, told: Told, reminded: bool) -> Iterator[str]:
    names = {person.email: person.name for person in plan.signatories}
    yield from ("sent", "checkboxes")
    yield from (f"{names[email]} opened" for email in told.opened)
    yield from (f"{names[email]} signed" for email in told.signed)
    if reminded:
        yield from ("reminder" for person in plan.signatories if person.order == 1)
    if told.end == "completed" and plan.needs_approval:
        yield "approved"
    yield {"declined": f"{names.get(told.declined)} declined", **{end: end for end in CARD if end != "declined"}}[
        told.end
    ]


def _named(seen: Seen) -> Iterator[str]:
    """Shorten each entry to what it tells."""
    short = {
        "was sent for signature": "sent",
        "The checkboxes of": "checkboxes",
        "A reminder about": "reminder",
        "was approved": "approved",
        "is completed": "completed",
        "was withdrawn": "voided",
        "was refused": "refused",
    }
    for text in seen.texts:
        verb = next((verb for verb in ("opened", "signed", "declined") if f" {verb} “" in text), "")
        named = next((name for words, name in short.items() if words in text), text)
        yield f"{text.partition(f' {verb} ')[0]} {verb}" if verb else named


def _check_card(findings: Findings, name: str, told: Told, seen: Seen) -> None:
    findings.compare(f"{name} cards", Counter(card=1), Counter(card=len(seen.cards)))
    if len(seen.cards) == 1:
        findings.require(seen.tag == CARD[told.end], f"{name}: the card says {seen.tag}")
        findings.require(seen.cards[0].completed, f"{name}: the card is still open")
        findings.require(seen.cards[0].waiting is None, f"{name}: the card's button is still blocked")


def _check_order(findings: Findings, name: str, seen: Seen) -> None:
    entries_last = all(record.id < seen.last_entry for record in seen.files)
    if not (seen.in_order and entries_last):
        findings.out_of_order += 1
        findings.words.append(f"{name}: out of order {[(entry.seq, entry.text[:30]) for entry in seen.entries]}")


def _check_note(findings: Findings, name: str, told: Told, seen: Seen) -> None:
    findings.compare(f"{name} notifications", Counter(note=1), Counter(note=len(seen.notes)))
    for note in seen.notes:
        findings.require(LAST[told.end] in note.text, f"{name}: the newest notification is {note.text[:60]!r}")


def _check_file(
    ctx: Context, findings: Findings, name: str, plan: Plan, seen: Seen, record: Record, portal: Portal
) -> None:
    """The filed document is pinned, verifies, and names everybody who was told that he has signed."""
    findings.require(seen.is_pinned(record), f"{name}: the file is not pinned")
    findings.compare(f"{name} documents", Counter(pdf=1), Counter(pdf=len(record.data["files"])))
    stored = portal.files.get(portal.files.disk[record.data["files"][0]].file_id)
    assert stored is not None
    with reading():
        verdict = verify_upload(ctx, stored.content)
    findings.require(verdict.state == "sealed", f"{name}: the file is {verdict.state}")
    text, pictures = _read(stored.content)
    for person in plan.signatories:
        findings.require(
            person.name in text and person.email in text, f"{name}: {person.name} is not on the certificate"
        )
    wanted = len(plan.signatories) + plan.needs_approval
    findings.require(pictures >= wanted, f"{name}: {pictures} signatures of {wanted}")


def _read(pdf: bytes) -> tuple[str, int]:
    """The text of all pages, and how many pictures the signed pages (all but the certificate) hold."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    signed = [document[number] for number in range(len(document) - 1)]
    pictures = sum(len(list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) for page in signed)
    return " ".join(text.split()), pictures


def _check_letters(findings: Findings, name: str, plan: Plan, told: Told, reminded: bool, sandbox: Sandbox) -> None:
    """Each signer has his letters: by Message-ID each once, however often the mail server took it."""
    for person in plan.signatories:
        found = by_message_id(sandbox.mailbox.letters(person.email))
        expected = _expected_letters(plan, told, person, len(found)) + (reminded and person.order == 1)
        findings.compare(f"{name} letters", Counter(letter=expected), Counter(letter=len(found)))
        findings.letters_doubled += sum(len(copies) - 1 for copies in found.values())


def _expected_letters(plan: Plan, told: Told, person: Signatory, found: int) -> int:
    """Count an invitation, and the copy or the news that it is over, for those whose turn came.

    Who had no letter when it was withdrawn may or may not be invited before that.
    """
    earlier = {one.email for one in plan.signatories if one.order < person.order}
    if not earlier <= told.signed:
        return 0
    if told.end == "voided" and person.email not in told.knew:
        return min(max(found, 1), 2)
    return 1 + (told.end == "completed" or person.email != told.declined)


def _check_trail(findings: Findings, name: str, portal: Portal, told: Told) -> None:
    with reading():
        links = chain(told.request_id, "", 1, audit.events(portal.member_id, told.request_id))
        kept = audit.digests(portal.member_id, told.request_id)
    findings.require([link.digest for link in links] == kept and bool(kept), f"{name}: the audit trail is broken")


def _check_rows(portal: Portal, lives: list[Life], findings: Findings) -> None:
    with reading():
        rows = Counter(row.entity_id for row in Request.select().where(Request.portal == portal.member_id))
        left = [*outbox.open_messages(portal.member_id), *outbox.dead_messages(portal.member_id)]
    for life in lives:
        if life.told.lead and life.told.request_id:
            findings.compare(f"{life.plan.number} requests", Counter(request=1), Counter(request=rows[life.told.lead]))
    for message in left:
        findings.words.append(f"left over: {message.topic} {message.key} after {message.attempts}: {message.error}")
