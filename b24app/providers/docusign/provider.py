"""The room: each call of the house as calls of DocuSign. Opened by a worker only, for it loads the SDK."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from b24app.clock import monotonic_s
from b24app.errors import ProviderError, Trouble
from b24app.providers import fit
from b24app.providers.base import AccountInfo, Cancelled, Created, Draft, File, Link, Notice, Order, Problem
from b24app.providers.docusign import events, reading, sending, tabs
from b24app.providers.docusign.capabilities import capabilities
from b24app.providers.docusign.connecting import Hosts, is_demo
from b24app.providers.docusign.errors import TurnedAway, refused_inside
from b24app.providers.docusign.line import Apis, Ask, Line
from b24app.providers.docusign.passes import Pass, Passes
from b24app.providers.docusign.units import NAME_CHARS, REASON_CHARS, cut
from b24app.providers.docusign.words import NAME, REF_FIELD, TITLE
from b24app.providers.no_such_call import NoSuchCall
from b24app.providers.refusals import refusal, unknown_outcome
from b24app.providers.room import Account, Means
from b24app.providers.snapshot import Event, Snapshot, There

PATIENCE_S = 30.0
"""Who has been waited for so long is not asked a second time under a new token: with the time limits of line.py no call
of the house takes longer than 100 seconds."""
LINK_LIFE = timedelta(minutes=5)
RETURN_URL_CHARS = 470
LISTED_AFTER = timedelta(seconds=15)
"""How long a new envelope may take to be listed."""
NO_REASON = "Withdrawn by the sender"
"""DocuSign wants a reason for voiding."""

Pick = Callable[[Apis], Ask]


class DocuSignRoom(NoSuchCall):
    """One account at DocuSign."""

    name = NAME
    title = TITLE

    def __init__(self, hosts: Hosts, account: Account, means: Means) -> None:
        self.capabilities = capabilities(account.settings)
        self._means, self._settings = means, account.settings
        self._connect_keys = events.keys_in(account.secrets.get("connect_key", ""))
        self._line = Line(means)
        self._passes = Passes(hosts, account, means, self._line)

    def check_connection(self) -> AccountInfo:
        """Plan and what is left of it are for those who may read them: a sender without such rights is no trouble."""
        about: Mapping[str, Any] = {}
        try:
            about = self._read(self._look(lambda apis: apis.accounts.get_account_information))
        except ProviderError as error:
            if error.kind is not Trouble.FORBIDDEN:
                raise
        held = self._passes.present()
        return AccountInfo(
            held.account_id,
            reading.words(about, "accountName") or held.account_name,
            held.user_email,
            reading.words(about, "planName"),
            _left(about),
            is_demo(self._settings),
        )

    def validate(self, order: Order) -> Sequence[Problem]:
        return [*fit.problems(order, self.capabilities, self._means.now()), *tabs.problems(order.fields)]

    def create(self, order: Order, draft: Draft) -> Created:
        definition = sending.envelope(order, self._means.now())
        answer = self._write(lambda apis: apis.envelopes.create_envelope, envelope_definition=definition, heavy=True)
        made = self._read_write(answer)
        envelope_id = reading.words(made, "envelopeId")
        if not envelope_id:
            raise unknown_outcome(TITLE)
        return sending.created(order, envelope_id, reading.words(made, "status"))

    def find_by_ref(self, order: Order, since: datetime) -> Created | None:
        """Look by transactionId, which is known for seven days, then by the custom field among later changes."""
        found = self._listed(order.ref, transaction_ids=order.ref)
        if not found and self._means.now() - since < LISTED_AFTER:
            raise refusal(Trouble.NOT_READY, TITLE, retry_after_s=LISTED_AFTER.total_seconds())
        if not found:
            start = (since - timedelta(days=1)).isoformat()
            found = self._listed(order.ref, custom_field=f"{REF_FIELD}={order.ref}", from_date=start)
        if not found:
            return None
        return sending.created(order, reading.words(found[0], "envelopeId"), reading.words(found[0], "status"))

    def get(self, provider_ref: str) -> Snapshot:
        return reading.snapshot(self._envelope(provider_ref, include="recipients,tabs"))

    def signing_link(self, provider_ref: str, signer_ref: str, return_to: str) -> Link:
        """Only for a signer who was sent as one who signs inside our page; for others NOT_FOUND.

        Name, address and our id of him must be those that DocuSign has, so they are read first.
        """
        if len(return_to) > RETURN_URL_CHARS:
            raise refusal(Trouble.INVALID, TITLE, code="return_url_too_long")
        signer = self._recipient(provider_ref, signer_ref)
        asked = {
            "returnUrl": return_to,
            "authenticationMethod": "SingleSignOn_Other",  # he has signed in to Bitrix24
            "recipientId": signer_ref,
            "clientUserId": reading.words(signer, "clientUserId"),
            "userName": reading.words(signer, "name"),
            "email": reading.words(signer, "email"),
        }
        if not asked["clientUserId"]:
            raise refusal(Trouble.NOT_FOUND, TITLE, code="not_embedded")
        view = self._look(lambda apis: apis.envelopes.create_recipient_view, provider_ref, recipient_view_request=asked)
        url = reading.words(self._read(view), "url")
        if not url:
            raise refusal(Trouble.UNAVAILABLE, TITLE)
        return Link(url, self._means.now() + LINK_LIFE)

    def remind(self, notice: Notice) -> None:
        """Write again to one signer: without an address in it, a correction is no correction."""
        self._change(notice.provider_ref, {"recipientId": notice.signer_ref})

    def send_copy(self, notice: Notice) -> None:
        """What we have sealed DocuSign does not have: our own mail brings it."""
        self._means.letters.send_copy(notice)

    def change_signer(self, provider_ref: str, signer_ref: str, name: str, email: str) -> str:
        person = {"recipientId": signer_ref, "name": cut(name, NAME_CHARS), "email": email}
        self._change(provider_ref, person)
        return signer_ref

    def cancel(self, provider_ref: str, reason: str) -> Cancelled:
        voided = {"status": "voided", "voidedReason": cut(reason.strip() or NO_REASON, REASON_CHARS)}
        try:
            self._write(lambda apis: apis.envelopes.update, provider_ref, envelope=voided)
        except ProviderError as error:
            if error.kind is not Trouble.CONFLICT or self.get(provider_ref).status is not There.CANCELLED:
                raise
        return Cancelled.DONE

    def download(self, provider_ref: str, what: File) -> bytes:
        """Only a completed envelope has its last signature and DocuSign's own seal on the file: it is asked first."""
        if what is File.ORIGINAL:
            raise refusal(Trouble.UNSUPPORTED, TITLE)
        if reading.standing(self._envelope(provider_ref)) is not There.COMPLETED:
            raise refusal(Trouble.NOT_READY, TITLE)
        if what is File.CERTIFICATE:
            return self._file("certificate", provider_ref)
        return self._file("combined", provider_ref, certificate="false")

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        return events.receive(self._connect_keys, headers, body)

    def _envelope(self, provider_ref: str, **options: Any) -> Mapping[str, Any]:
        """An answer without a status is none: some proxy's page."""
        found = self._read(self._look(lambda apis: apis.envelopes.get_envelope, provider_ref, **options))
        if not reading.words(found, "status"):
            raise refusal(Trouble.UNAVAILABLE, TITLE)
        return found

    def _recipient(self, provider_ref: str, signer_ref: str) -> Mapping[str, Any]:
        found = self._read(self._look(lambda apis: apis.envelopes.list_recipients, provider_ref))
        signers = reading.recipients({"recipients": found})
        named = (signer for signer in signers if reading.words(signer, "recipientId") == signer_ref)
        signer = next(named, None)
        if signer is None:
            raise refusal(Trouble.NOT_FOUND, TITLE, code="unknown_recipient")
        return signer

    def _listed(self, ref: str, **asked: Any) -> list[Mapping[str, Any]]:
        """Find envelopes that carry our reference, whatever else the service lists.

        By transactionId it may answer with statuses instead of envelopes.
        """
        answer = self._look(lambda apis: apis.envelopes.list_status_changes, include="custom_fields", **asked)
        found = self._read(answer)
        named = [*reading.entries(found, "envelopes"), *reading.entries(found, "envelopeTransactionStatuses")]
        return [one for one in named if reading.words(one, "envelopeId") and reading.our_ref(one) == ref]

    def _change(self, provider_ref: str, person: Mapping[str, str]) -> None:
        """Correct or remind one signer. What he is refused for stands inside the answer.

        Raises: CONFLICT once he or the envelope is done.
        """
        body = sending.recipients(person)
        answer = self._write(
            lambda apis: apis.envelopes.update_recipients, provider_ref, recipients=body, resend_envelope="true"
        )
        for result in reading.entries(self._read_write(answer), "recipientUpdateResults"):
            code = reading.words(reading.part(result, "errorDetails"), "errorCode")
            if code not in ("", "SUCCESS"):
                raise refused_inside(code)

    def _file(self, what: str, provider_ref: str, **options: Any) -> bytes:
        try:
            pdf = self._look(lambda apis: apis.envelopes.get_document, what, provider_ref, heavy=True, **options)
        except ProviderError as error:
            if error.code != "document_does_not_exist":
                raise
            raise refusal(Trouble.NOT_READY, TITLE, code=error.code) from None
        if not pdf.startswith(b"%PDF"):
            raise refusal(Trouble.UNAVAILABLE, TITLE)
        return pdf

    def _look(self, pick: Pick, *asked: str, heavy: bool = False, **options: Any) -> bytes:
        return self._call(pick, asked, {"writes": False, "heavy": heavy, **options})

    def _write(self, pick: Pick, *asked: str, heavy: bool = False, **options: Any) -> bytes:
        return self._call(pick, asked, {"writes": True, "heavy": heavy, **options})

    def _call(self, pick: Pick, asked: Sequence[str], options: Mapping[str, Any]) -> bytes:
        """Call; when we are turned away, once more with another pass. Whoever is turned away has done nothing."""
        began = monotonic_s()
        held = self._passes.present()
        try:
            return self._ask(held, pick, asked, options)
        except TurnedAway as error:
            if monotonic_s() - began > PATIENCE_S:
                raise refusal(Trouble.UNAVAILABLE, TITLE) from None
            kind = error.kind
        try:
            return self._ask(self._passes.another(held), pick, asked, options)
        except TurnedAway:
            raise refusal(kind, TITLE) from None

    def _ask(self, held: Pass, pick: Pick, asked: Sequence[str], options: Mapping[str, Any]) -> bytes:
        operation = pick(self._line.apis(held.api_url, held.token))
        return self._line.ask(operation, held.account_id, *asked, **options)

    def _read(self, answer: bytes) -> Mapping[str, Any]:
        """Read the answer to a question. Raises: UNAVAILABLE for what is no JSON object."""
        try:
            found = json.loads(answer)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise refusal(Trouble.UNAVAILABLE, TITLE)
        return found

    def _read_write(self, answer: bytes) -> Mapping[str, Any]:
        """Read the answer to a write. Raises: OutcomeUnknown."""
        try:
            return self._read(answer)
        except ProviderError:
            raise unknown_outcome(TITLE) from None


def _left(about: Mapping[str, Any]) -> int | None:
    """Envelopes left in the billing period; -1 allowed stands for any number."""
    allowed, sent = (reading.words(about, f"billingPeriodEnvelopes{word}") for word in ("Allowed", "Sent"))
    return max(0, int(allowed) - int(sent)) if allowed.isdecimal() and sent.isdecimal() else None
