"""What happens to a request from the moment it is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from b24app.sandbox.dropbox_sign import letters, papers, placing, tags
from b24app.sandbox.dropbox_sign.model import (
    AWAITING,
    BOUNCED,
    DECLINED,
    EXPIRED,
    ON_HOLD,
    SIGNED,
    Signature,
    SignatureRequest,
)
from b24app.sandbox.esign import answers
from b24app.sandbox.esign.paper.marks import AuditLine, Unreadable

if TYPE_CHECKING:
    from b24app.sandbox.dropbox_sign.service import DropboxSign

AGREE = "Please agree to sign electronically."
DATE_PARTS = {"MM": "%m", "DD": "%d", "YYYY": "%Y"}


class Lifecycle:
    """Changes requests under the service's lock, writes letters, reports events."""

    def __init__(self, service: DropboxSign) -> None:
        self._service = service

    def accept(self, request: SignatureRequest) -> None:
        """Keep a new request and prepare it later; the ordered trouble `early_events` does so before the answer."""
        service = self._service
        with service.lock:
            request.listed_at = service.clock.now() + service.list_delay_s
            service.requests[request.id] = request
        self.begin(request)

    def begin(self, request: SignatureRequest) -> None:
        service = self._service
        version = request.version
        service.work.later(service.preparation_s, lambda: self._prepare(request, version))
        if request.expires_at is not None:
            service.work.at(request.expires_at, lambda: self.expire(request, version), patient=True)
        if service.faults.take("early_events"):
            service.tell_early()

    def _prepare(self, request: SignatureRequest, version: int) -> None:
        """Read the documents, then send; or report what is wrong with them."""
        service = self._service
        with service.lock:
            if request.version != version or request.canceled:
                return
            try:
                papers.prepare(request)
                if ordered := service.faults.take("processing_failed"):
                    self._fail(request, str(ordered.get("status_code", "error_unknown")), "ordered by a test")
                    return
            except Unreadable as error:
                self._fail(request, "error_file", str(error))
            except tags.BadTag as error:
                self._fail(request, "error_text_tag", f"Invalid text tag {error}")
            except placing.OffPage as error:
                self._fail(request, "error_component_position", f"Field {error} is not on a page")
            else:
                self._send(request)

    def _fail(self, request: SignatureRequest, status_code: str, message: str) -> None:
        request.has_error, request.preparing = True, False
        for one in request.signatures:
            one.status_code, one.error = status_code, message
        event = "file_error" if status_code == "error_file" else "signature_request_invalid"
        self._service.callbacks.tell(event, request, message=message)

    def _send(self, request: SignatureRequest) -> None:
        if not request.account.confirmed:
            for one in request.signatures:
                one.status_code = ON_HOLD
            return
        request.sent, request.preparing = True, False
        self.note(request, "Sent", ", ".join(one.email for one in request.signatures))
        self._service.callbacks.tell("signature_request_sent", request)
        self.invite(request)

    def confirm_account(self, request: SignatureRequest) -> None:
        """The sender confirmed his address: what was on hold goes out."""
        with self._service.lock:
            for one in request.signatures:
                one.status_code = AWAITING
            self._send(request)

    def invite(self, request: SignatureRequest) -> None:
        """Write to those whose turn it is; embedded signers get no letters."""
        for one in request.turn():
            if one.invited or request.embedded:
                continue
            one.invited = True
            if not letters.invite(self._service, request, one):
                self.bounce(request, one)

    def bounce(self, request: SignatureRequest, one: Signature) -> None:
        """The letter came back."""
        with self._service.lock:
            one.status_code, one.error = BOUNCED, f"The email to {one.email} bounced."
            self._service.callbacks.tell("signature_request_email_bounce", request, one.signature_id, one.error)

    def view(self, request: SignatureRequest, one: Signature) -> None:
        """The signer opened the documents; the first time is reported."""
        with self._service.lock:
            first, one.last_viewed_at = one.last_viewed_at is None, self._service.clock.seconds()
            if first:
                self.note(request, "Viewed", f"{one.name} ({one.email})")
                self._service.callbacks.tell("signature_request_viewed", request, one.signature_id)

    def sign(self, request: SignatureRequest, one: Signature, form: Mapping[str, str]) -> None:
        """Take the signer's answers. Raises: Incomplete."""
        with self._service.lock:
            date = self._service.clock.moment().strftime(_date_pattern(request.date_format))
            own = request.fields_of(one)
            groups = [*request.groups, *_bare_radios(request, one)]
            one.adopted = answers.take(own, form, groups, plain=AGREE, date=date, name=one.name)
            one.status_code, one.signed_at, one.error = SIGNED, self._service.clock.seconds(), None
            self.note(request, "Signed", f"{one.name} ({one.email})")
            self._drop_rest_of_group(request, one)
            request.preparing = True
            self._service.callbacks.tell("signature_request_signed", request, one.signature_id)
            self._after_signature(request)

    def _after_signature(self, request: SignatureRequest) -> None:
        request.is_complete = all(each.status_code == SIGNED for each in request.signatures)
        version = request.version
        self._service.work.later(self._service.preparation_s, lambda: self._renew_files(request, version))
        if not request.is_complete:
            self.invite(request)

    def _drop_rest_of_group(self, request: SignatureRequest, one: Signature) -> None:
        """Any one of a group signs; the others are no signers any more."""
        others = [each for each in request.signatures if each.index == one.index and each is not one]
        request.signatures = [each for each in request.signatures if each not in others]
        for each in others:
            self._service.callbacks.tell("signature_request_signer_removed", request, each.signature_id)

    def _renew_files(self, request: SignatureRequest, version: int) -> None:
        """The files fit the last signature again; the final copy is made when nobody is left."""
        service = self._service
        with service.lock:
            if request.version != version or request.canceled:
                return
            request.preparing = False
            if request.is_complete and request.final is None:
                self.note(request, "Completed", "All parties have signed")
                request.final = papers.final(request)
                service.callbacks.tell("signature_request_all_signed", request)
                letters.completed(service, request, request.final)
            service.callbacks.tell("signature_request_downloadable", request)

    def decline(self, request: SignatureRequest, one: Signature, reason: str) -> None:
        """Nobody signs any more."""
        with self._service.lock:
            one.status_code, one.decline_reason = DECLINED, reason or None
            request.is_declined = True
            self.note(request, "Declined", f"{one.name} ({one.email})")
            self._service.callbacks.tell("signature_request_declined", request, one.signature_id, reason)
            letters.declined(self._service, request, one)

    def reassign(self, request: SignatureRequest, one: Signature, name: str, email: str, reason: str) -> None:
        """The signer hands his part to somebody else."""
        with self._service.lock:
            one.reassigned_by, one.reassignment_reason = one.email, reason or None
            self.readdress(request, one, name, email)
            self._service.callbacks.tell("signature_request_reassigned", request, one.signature_id, reason or None)

    def readdress(self, request: SignatureRequest, one: Signature, name: str, email: str) -> None:
        """Another person or address: a new signature id, a new link, a new letter."""
        with self._service.lock:
            one.name = name or one.name
            if not email or email.lower() == one.email.lower():
                return
            one.email, one.reassigned_from = email, one.new_ids()
            one.status_code, one.error, one.last_viewed_at, one.invited = AWAITING, None, None, False
            self.invite(request)

    def remind(self, request: SignatureRequest, one: Signature) -> None:
        with self._service.lock:
            one.last_reminded_at = self._service.clock.seconds()
            self.note(request, "Reminded", one.email)
            self._service.callbacks.tell("signature_request_remind", request, one.signature_id)
            if not letters.invite(self._service, request, one, reminder=True):
                self.bounce(request, one)

    def cancel_later(self, request: SignatureRequest) -> None:
        """Canceling is asynchronous; a signer may still be faster, and the ordered `cancel_lost` forgets it."""
        if not self._service.faults.take("cancel_lost"):
            self._service.work.later(self._service.cancel_s, lambda: self._cancel(request))

    def _cancel(self, request: SignatureRequest) -> None:
        service = self._service
        with service.lock:
            if request.ended:
                return
            request.canceled = True
            service.callbacks.tell("signature_request_canceled", request)
            if not request.embedded:
                for one in request.signatures:
                    if one.invited:
                        letters.canceled(service, request, one)

    def expire(self, request: SignatureRequest, version: int | None = None) -> None:
        """Unsigned signatures end as expired."""
        with self._service.lock:
            early = request.expires_at is None or self._service.clock.now() < request.expires_at
            outdated = version is not None and (version != request.version or early)
            if request.ended or outdated:
                return
            for one in request.signatures:
                if one.status_code != SIGNED:
                    one.status_code = EXPIRED
            self._service.callbacks.tell("signature_request_expired", request)

    def note(self, request: SignatureRequest, what: str, detail: str) -> None:
        """A line of the audit trail."""
        moment = self._service.clock.moment().strftime("%Y-%m-%d %H:%M:%S UTC")
        request.trail.append(AuditLine(moment, what, detail))


def _date_pattern(words: str) -> str:
    """`MM / DD / YYYY` -> strftime; the service writes the date without the spaces."""
    pattern = words.replace(" ", "")
    for word, sign in DATE_PARTS.items():
        pattern = pattern.replace(word, sign)
    return pattern


def _bare_radios(request: SignatureRequest, one: Signature) -> list[answers.Group]:
    """Radio groups nobody described: one of them, if any of their fields is required."""
    described = {group.id for group in request.groups}
    own = [field for field in request.fields_of(one) if field.kind == "radio" and field.group not in described]
    names = dict.fromkeys(field.group for field in own)
    wanted = {field.group for field in own if field.required}
    return [answers.Group(name, name, int(name in wanted), 1) for name in names]
