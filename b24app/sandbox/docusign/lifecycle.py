"""What happens to an envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from b24app.sandbox import ids
from b24app.sandbox.docusign import intake, letters, views
from b24app.sandbox.docusign.errors import ApiError
from b24app.sandbox.docusign.model import COPY, SIGNER, Envelope, Recipient
from b24app.sandbox.esign import answers

if TYPE_CHECKING:
    from b24app.sandbox.docusign.service import DocuSign

AGREE = "Please agree to use electronic records and signatures."
EXPIRED = "Envelope has expired."
REASON_LENGTH, DAY_S = 200, 86_400


class Lifecycle:
    """Changes envelopes under the service's lock, writes letters, tells Connect."""

    def __init__(self, service: DocuSign) -> None:
        self._service = service

    def _set(self, envelope: Envelope, status: str) -> float:
        """A new status; returns the moment."""
        envelope.status, envelope.changed_at = status, self._service.clock.now()
        return envelope.changed_at

    def note(self, envelope: Envelope, what: str, who: str) -> None:
        envelope.audit.append((self._service.clock.now(), what, who))

    def keep(self, envelope: Envelope) -> None:
        """A new draft."""
        with self._service.lock:
            self._service.envelopes[envelope.envelope_id] = envelope
            self.note(envelope, "Registered", envelope.sender.name)
            self._service.connect.tell("envelope-created", envelope)

    def send(self, envelope: Envelope) -> None:
        """Off to the first in routing order."""
        intake.require_complete(envelope)
        with self._service.lock:
            if envelope.account.allowance < 1:
                raise ApiError("ENVELOPE_ALLOWANCE_EXCEEDED")
            envelope.account.allowance -= 1
            envelope.sent_at = self._set(envelope, "sent")
            self.note(envelope, "Sent Invitations", envelope.sender.name)
            self._service.connect.tell("envelope-sent", envelope)
            self._watch_time(envelope)
            self.pass_on(envelope)
        if self._service.faults.take("early_events"):
            self._service.tell_early()

    def _watch_time(self, envelope: Envelope) -> None:
        """Expiry and reminders."""
        if (moment := views.expires_at(envelope)) is not None:
            self._service.work.at(moment, lambda: self.expire(envelope), patient=True)
        reminders = envelope.notification["reminders"]
        if reminders["reminderEnabled"] == "true" and envelope.sent_at is not None:
            first = envelope.sent_at + int(reminders["reminderDelay"]) * DAY_S
            self._service.work.at(first, lambda: self._remind(envelope), patient=True)

    def _remind(self, envelope: Envelope) -> None:
        """Write again to whoever is asked, and once more after the frequency."""
        with self._service.lock:
            if not envelope.open:
                return
            for one in envelope.turn():
                if not one.embedded:
                    letters.invite(self._service, envelope, one, reminder=True)
            frequency = int(envelope.notification["reminders"]["reminderFrequency"])
        if frequency:
            self._service.work.later(frequency * DAY_S, lambda: self._remind(envelope), patient=True)

    def pass_on(self, envelope: Envelope) -> None:
        """Ask everybody of the present routing order; carbon copies are done once they are written to."""
        order = envelope.current_order()
        if order is None:
            self._complete(envelope)
            return
        for one in envelope.recipients:
            if one.order == order and one.status == "created":
                self._ask(envelope, one)
        if envelope.current_order() != order:
            self.pass_on(envelope)

    def _ask(self, envelope: Envelope, one: Recipient) -> None:
        one.status, one.sent_at = "sent", self._service.clock.now()
        self._service.connect.tell("recipient-sent", envelope, one)
        self.write_to(envelope, one)
        if one.kind == COPY and one.status == "sent":
            one.status = "completed"
            self._service.connect.tell("recipient-completed", envelope, one)

    def write_to(self, envelope: Envelope, one: Recipient) -> None:
        """A letter, unless he signs inside the sender's application."""
        if one.embedded and not one.start_url:
            return
        write = letters.copy if one.kind == COPY else letters.invite
        if not write(self._service, envelope, one):
            self.bounce(envelope, one)

    def bounce(self, envelope: Envelope, one: Recipient) -> None:
        with self._service.lock:
            one.status, one.bounce_reason = "autoresponded", "The email address could not be reached."
            self._service.connect.tell("recipient-autoresponded", envelope, one)

    def resend(self, envelope: Envelope) -> None:
        """Write again to those who have not finished and whose turn it is."""
        if not envelope.open:
            raise ApiError("ENVELOPE_INVALID_STATUS")
        with self._service.lock:
            self._service.connect.tell("envelope-resent", envelope)
            for one in envelope.turn():
                self._service.connect.tell("recipient-resent", envelope, one)
                self.write_to(envelope, one)

    def view(self, envelope: Envelope, one: Recipient) -> None:
        """Opened: delivered, in the words of the service."""
        with self._service.lock:
            if one.status != "sent":
                return
            one.status, one.delivered_at = "delivered", self._service.clock.now()
            self.note(envelope, "Viewed", one.name)
            self._service.connect.tell("recipient-delivered", envelope, one)
            if envelope.status == "sent" and all(each.delivered_at for each in envelope.signers):
                envelope.delivered_at = self._set(envelope, "delivered")
                self._service.connect.tell("envelope-delivered", envelope)

    def sign(self, envelope: Envelope, one: Recipient, form: Mapping[str, str]) -> None:
        """Take the signer's answers. Raises: Incomplete."""
        with self._service.lock:
            date = self._service.clock.moment().strftime("%m/%d/%Y")
            own = [tab.place for tab in one.tabs]
            one.adopted = answers.take(own, form, _radio_groups(one), plain=AGREE, date=date, name=one.name)
            one.status, one.signed_at = "completed", self._service.clock.now()
            self.note(envelope, "Signed", one.name)
            self._service.connect.tell("recipient-completed", envelope, one)
            self.pass_on(envelope)

    def _complete(self, envelope: Envelope) -> None:
        envelope.completed_at = self._set(envelope, "completed")
        self.note(envelope, "Completed", envelope.sender.name)
        self._service.connect.tell("envelope-completed", envelope)
        self._service.work.later(0, lambda: letters.completed(self._service, envelope))

    def decline(self, envelope: Envelope, one: Recipient, reason: str) -> None:
        with self._service.lock:
            one.status, one.declined_reason = "declined", reason
            one.declined_at = envelope.declined_at = self._set(envelope, "declined")
            self.note(envelope, "Declined", one.name)
            self._service.connect.tell("recipient-declined", envelope, one)
            self._service.connect.tell("envelope-declined", envelope)
            letters.ended(self._service, envelope, "Declined", reason)

    def void(self, envelope: Envelope, reason: str) -> None:
        """Raises: ApiError ENVELOPE_CANNOT_VOID_INVALID_STATE."""
        with self._service.lock:
            if not envelope.open:
                raise ApiError("ENVELOPE_CANNOT_VOID_INVALID_STATE")
            envelope.voided_reason = reason[:REASON_LENGTH]
            envelope.voided_at = self._set(envelope, "voided")
            self.note(envelope, "Voided", envelope.sender.name)
            self._service.connect.tell("envelope-voided", envelope)
            letters.ended(self._service, envelope, "Voided", envelope.voided_reason)

    def expire(self, envelope: Envelope, *, now: bool = False) -> None:
        """An expired envelope ends as voided; a later expiry set meanwhile is waited for."""
        due = views.expires_at(envelope)
        if not now and (due is None or due > self._service.clock.now()):
            return
        if envelope.open:
            self.void(envelope, EXPIRED)

    def correct(self, envelope: Envelope, one: Recipient, name: str, email: str) -> None:
        """Another name or address for the same recipientId; the old link is dead."""
        with self._service.lock:
            one.name = name or one.name
            if email and email.lower() != one.email.lower():
                one.email, one.token, one.bounce_reason = email, ids.hex_id(40), ""
                one.status = "sent" if one.sent_at is not None else "created"
                one.delivered_at = None

    def reassign(self, envelope: Envelope, one: Recipient, name: str, email: str) -> None:
        """The signer hands his part to somebody else."""
        with self._service.lock:
            self.correct(envelope, one, name, email)
            self.note(envelope, "Reassigned", name)
            self._service.connect.tell("recipient-reassign", envelope, one)
            self.write_to(envelope, one)

    def fail_code(self, envelope: Envelope, one: Recipient) -> None:
        """A wrong access code."""
        with self._service.lock:
            self.note(envelope, "Authentication Failed", one.name)
            self._service.connect.tell("recipient-authenticationfailed", envelope, one)


def _radio_groups(one: Recipient) -> list[answers.Group]:
    """Each radio group wants one choice, if any of its radios is required."""
    radios = [tab.place for tab in one.tabs if tab.place.kind == "radio" and one.kind == SIGNER]
    wanted = {field.group for field in radios if field.required}
    return [
        answers.Group(name, name, int(name in wanted), 1) for name in dict.fromkeys(field.group for field in radios)
    ]
