"""What the request's card in the timeline, its log entries and notifications say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from b24app.bitrix.timeline import Action, Button, Line, LiveCard, OpenApp, RestEvent, Tag
from b24app.domain.events import AuditEvent, EventType
from b24app.domain.signature_request import TERMINAL, SignatureRequest, Signer, SignerStatus, Status
from b24app.errors import N_, Sentence
from b24app.services.words import Say

ORIGINATOR = "PARAPH"
MOST_TOLD, MOST_VALUE = 5, 80
LAST_MINUTE = timedelta(minutes=1)  # midnight would be shown as the day after

_STATUS: Mapping[Status, tuple[str, str]] = {
    Status.SENDING: (N_("Being sent"), "primary"),
    Status.AWAITING_SIGNATURES: (N_("%(signed)s of %(all)s signed"), "warning"),
    Status.CLOSING: (N_("Being withdrawn"), "secondary"),
    Status.AWAITING_APPROVAL: (N_("Waiting for approval"), "warning"),
    Status.COMPLETING: (N_("Being sealed"), "primary"),
    Status.COMPLETED: (N_("Completed"), "success"),
    Status.DECLINED: (N_("Declined by a signer"), "failure"),
    Status.REFUSED: (N_("Refused"), "failure"),
    Status.VOIDED: (N_("Withdrawn"), "secondary"),
    Status.EXPIRED: (N_("Expired"), "failure"),
    Status.FAILED: (N_("Needs attention"), "failure"),
}

_SIGNER: Mapping[SignerStatus, str] = {
    SignerStatus.WAITING_TURN: N_("waiting for their turn"),
    SignerStatus.INVITED: N_("invited"),
    SignerStatus.VIEWED: N_("opened the document"),
    SignerStatus.SIGNED: N_("signed"),
    SignerStatus.DECLINED: N_("declined"),
    SignerStatus.BOUNCED: N_("the letter could not be delivered"),
    SignerStatus.DELEGATED: N_("passed it to somebody else"),
}

_HAPPENED: Mapping[EventType, str] = {
    EventType.REQUEST_SENT: N_("“%(title)s” was sent for signature."),
    EventType.SIGNER_VIEWED: N_("%(signer)s opened “%(title)s”."),
    EventType.SIGNER_SIGNED: N_("%(signer)s signed “%(title)s”."),
    EventType.SIGNER_DECLINED: N_("%(signer)s declined “%(title)s”: %(reason)s"),
    EventType.SIGNER_BOUNCED: N_(
        "The letter to %(signer)s about “%(title)s” could not be delivered. Correct the address."
    ),
    EventType.SIGNER_CHANGED: N_("The address of %(signer)s for “%(title)s” was corrected."),
    EventType.SIGNER_REMINDED: N_("A reminder about “%(title)s” was sent to %(signer)s."),
    EventType.DEADLINE_CHANGED: N_("“%(title)s” can now be signed until the end of %(day)s."),
    EventType.APPROVAL_GIVEN: N_("“%(title)s” was approved and is being sealed."),
    EventType.APPROVAL_REFUSED: N_("“%(title)s” was refused: %(reason)s"),
    EventType.REQUEST_CLOSING: N_("“%(title)s” is being withdrawn; the signing service still has to confirm it."),
    EventType.REQUEST_VOIDED: N_("“%(title)s” was withdrawn: %(reason)s"),
    EventType.REQUEST_EXPIRED: N_("The time to sign “%(title)s” has passed."),
    EventType.REQUEST_FAILED: N_("“%(title)s” has stopped and needs attention."),
    EventType.REQUEST_RETRIED: N_("Trying “%(title)s” again."),
    EventType.CARD_CHANGED: N_(
        "“%(title)s” is out for signature, and this card no longer says what it prints: %(what)s. "
        "Open it to see the differences or to send it anew."
    ),
    EventType.CARD_CONFLICT: N_(
        "“%(title)s”: what a signatory entered was not written into this card, because it was changed here as well: "
        "%(what)s. Open it to write the entry into the card."
    ),
    EventType.REQUEST_REROUTED: N_("“%(title)s” is being sent through %(service)s."),
    EventType.REQUEST_COMPLETED: N_("“%(title)s” is completed; the sealed document is pinned to this card."),
}
_REMINDED_BY_ITSELF = N_("An automatic reminder about “%(title)s” was sent to %(signer)s.")
_TEST_TEXT = N_("Test without legal effect: %(text)s")
_TEST_NAME, _TEST_MEANING = N_("Test"), N_("Sent in test mode; it has no legal effect")
_BEING_SENT = N_("“%(title)s” is being sent for signature.")
_DECLINED = N_("%(signer)s declined “%(title)s”.")
_NEXT = N_("next to sign")  # nobody writes to an employee
_EMPLOYEE_NEXT = N_("%(signer)s signed “%(title)s”. Now it waits for the signature of the responsible employee.")
_LAST_SIGNED = N_("%(signer)s signed “%(title)s”. All signatures are in: it is ready for approval.")


def live_card(request: SignatureRequest, say: Say) -> LiveCard:
    """Describe a request as its card: one line a signer, its state, what can be done now."""
    done = request.status in TERMINAL
    return LiveCard(
        title=say(N_("Document for signature")),
        title_action=_open(request),
        lines=[
            Line(request.title, title=say(N_("Document")), action=_open(request)),
            *([Line(say(_TEST_MEANING), title=say(_TEST_NAME), bold=True)] if request.is_test else []),
            *(_signer_line(signer, len(request.signing) > 1, say) for signer in request.signing),
            *([Line(_reason(request, say), title=say(N_("Reason")), multiline=True)] if request.reason else []),
        ],
        origin_id=request.id,
        originator_id=ORIGINATOR,
        tags=[_tag(request, say)],
        buttons=_buttons(request, say),
        deadline=None if done or request.expires_at is None else request.expires_at - LAST_MINUTE,
        deadline_title=say(N_("Deadline")),
        completed=done,
        responsible_id=request.responsible_id,
    )


def sentence(request: SignatureRequest, event: AuditEvent, say: Say) -> str:
    """Say one event in a sentence, for the log and the notification."""
    signer = request.signer(event.signer_id)
    params = {
        "title": request.title,
        "signer": signer.name if signer else "",
        "reason": str(event.data.get("reason", "")),
        "what": "; ".join(_difference(each) for each in event.data.get("differences", [])[:MOST_TOLD]),
        "day": date.fromisoformat(event.data["expires_on"]) if "expires_on" in event.data else "",
        "service": str(event.data.get("service", "")),
    }
    return marked(request, say(_words_for(request, event), **params), say)


def marked(request: SignatureRequest, text: str, say: Say) -> str:
    """Put before a text about a test that it is one."""
    return say(_TEST_TEXT, text=text) if request.is_test else text


def _difference(each: Mapping[str, str]) -> str:
    """Write both values: `Start of work: 2026-12-07 → 2026-12-09`."""
    was, now = (_short(each.get(name, "")) for name in ("was", "now"))
    return f"{each.get('label') or each.get('path', '')}: {was} → {now}"


def _short(value: str) -> str:
    return (value if len(value) <= MOST_VALUE else value[: MOST_VALUE - 1] + "…") or "—"


def _words_for(request: SignatureRequest, event: AuditEvent) -> str:
    """Pick the sentence. Nothing is called sent before its provider has it; a provider may not ask for reasons."""
    if event.type is EventType.REQUEST_SENT and request.is_external:
        return _BEING_SENT
    if event.type is EventType.SIGNER_REMINDED and event.data.get("automatic"):
        return _REMINDED_BY_ITSELF
    if event.type is EventType.SIGNER_DECLINED and not event.data.get("reason"):
        return _DECLINED
    if request.status is Status.AWAITING_APPROVAL and _was_last(request, event):
        return _LAST_SIGNED
    if event.type is EventType.SIGNER_SIGNED and request.employee_in_turn is not None:
        return _EMPLOYEE_NEXT
    return _HAPPENED[event.type]


def _reason(request: SignatureRequest, say: Say) -> str:
    """A person's own words, or why our work stopped."""
    if request.status is not Status.FAILED:
        return request.reason
    why = Sentence.read(request.reason)
    return say(why.message, **why.params)


def _was_last(request: SignatureRequest, event: AuditEvent) -> bool:
    """Whether this event was the last signature; it may be told late, when others have signed as well."""
    return event.type is EventType.SIGNER_SIGNED and all(
        signer.id == event.signer_id or (signer.signed_at is not None and signer.signed_at <= event.at)
        for signer in request.signing
    )


def _tag(request: SignatureRequest, say: Say) -> Tag:
    words, kind = _STATUS[request.status]
    return Tag(say(words, signed=request.signed_count, all=len(request.signing)), kind)


def _signer_line(signer: Signer, numbered: bool, say: Say) -> Line:
    name = f"{signer.order}. {signer.name}" if numbered else signer.name
    words = _NEXT if signer.employee and signer.status is SignerStatus.INVITED else _SIGNER[signer.status]
    return Line(say(words), title=name, bold=signer.status is SignerStatus.SIGNED)


def _buttons(request: SignatureRequest, say: Say) -> list[Button]:
    if request.status is Status.AWAITING_APPROVAL:
        return [Button(say(N_("Approve and seal")), _open(request, view="approve"), primary=True, for_editors=True)]
    if request.employee_in_turn is not None:
        return [Button(say(N_("Open and sign")), _open(request), primary=True, for_editors=True)]
    opened = Button(say(N_("Open")), _open(request), primary=True)
    if request.status is Status.AWAITING_SIGNATURES:
        remind = RestEvent("remind", {"request": request.id})
        return [opened, Button(say(N_("Remind")), remind, for_editors=True)]
    return [opened]


def _open(request: SignatureRequest, **params: str) -> Action:
    return OpenApp({"request": request.id, **params}, title="Paraph", width=1200)
