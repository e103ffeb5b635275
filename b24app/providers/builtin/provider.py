"""The built-in engine behind the provider interface: what it sends are letters; the signing pages are ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from b24app.clock import Clock
from b24app.documents import formats
from b24app.domain.fields import FieldType
from b24app.letters.compose import Attachment, Envelope, Person, compose
from b24app.letters.smtp import Mailer
from b24app.letters.wordings import Kind, Wording, default_wording
from b24app.providers import fit
from b24app.providers.base import NO_DRAFT, Created, Draft, Notice, Order, Problem
from b24app.providers.capabilities import Audit, Auth, Capabilities, Delivery, Expiry, LetterKind, Ordering
from b24app.providers.no_such_call import NoSuchCall

BRAND = "Paraph"


CAPABILITIES = Capabilities(
    letters=frozenset(LetterKind),
    watched=False,
    auth=frozenset({Auth.NONE}),
    delivery=frozenset({Delivery.LINK}),
    ordering=Ordering.GROUPS,
    field_types=frozenset(FieldType),
    expiry=Expiry(),
    audit=Audit.PAGE,
    own_letter=True,
    decline=True,
    corrects_name=True,
    change_signer=True,
    manual_reminders=True,
    finds_by_ref=True,
    copies=True,
)


class BuiltinProvider(NoSuchCall):
    """Signs with Paraph itself. `create` has nobody to tell: the request in our tables is the record.

    What a distant provider would be asked for (snapshots, events, files) is not there: nobody else has it.
    """

    name = "builtin"
    title = BRAND
    capabilities = CAPABILITIES

    def __init__(self, mailer: Mailer, mail_from: str, now: Clock) -> None:
        self._mailer = mailer
        self._mail_from = mail_from
        self._now = now

    def validate(self, order: Order) -> Sequence[Problem]:
        return fit.problems(order, self.capabilities, self._now())

    def create(self, order: Order, draft: Draft) -> Created:
        return Created(order.ref, {signer.id: signer.id for signer in order.signers}, is_out=True)

    def find_by_ref(self, order: Order, since: datetime) -> Created | None:
        return self.create(order, NO_DRAFT)

    def invite(self, notice: Notice) -> None:
        self._post("invitation", notice)

    def remind(self, notice: Notice) -> None:
        self._post("reminder", notice)

    def tell_over(self, notice: Notice) -> None:
        self._post("over", notice)

    def send_copy(self, notice: Notice) -> None:
        self._post("copy", notice)

    def _post(self, kind: Kind, notice: Notice) -> None:
        name = "" if notice.signer_name == notice.signer_email else notice.signer_name
        person = Person(notice.signer_email, name)
        letter = compose(
            kind,
            _wording(kind, notice),
            _values(notice),
            Envelope(to=person, mail_from=self._mail_from, key=notice.key, at=self._now()),
            locale=notice.locale,
            brand_name=notice.sender_company or BRAND,
            link=notice.link or None,
            attachments=[Attachment(each.file_name, each.data) for each in notice.attachments],
        )
        self._mailer.send(letter)


def _wording(kind: Kind, notice: Notice) -> Wording:
    return Wording(notice.subject, notice.body) if notice.body else default_wording(kind, notice.locale)


def _values(notice: Notice) -> dict[str, str]:
    return {
        "signer_name": notice.signer_name,
        "document": notice.document,
        "sender_name": notice.sender_name,
        "sender_company": notice.sender_company,
        "expires_on": formats.date(notice.expires_on, notice.locale) if notice.expires_on else "",
        "reason": notice.reason,
    }
