"""Letters to signers through the request's provider: invitation, reminder, copy, "it is over".

A mail server cannot be asked what it took. A letter that stands in the trail is not written again; one whose outcome is
unknown goes out again under the same Message-ID, by which mail programs show one.
"""

from __future__ import annotations

from b24app.clock import to_ms
from b24app.domain.acts import Bounce, RecordLetter
from b24app.domain.events import AuditEvent, EventType, Topic
from b24app.domain.signature_request import SignatureRequest, Signer, Status
from b24app.domain.timetable import last_day
from b24app.errors import N_, MailError, NotAllowed, ProviderError, Trouble
from b24app.outbox.message import Message
from b24app.providers.base import Attachment, Notice
from b24app.providers.capabilities import LetterKind
from b24app.providers.registry import Registry
from b24app.services.ask_provider import asking
from b24app.services.context import Context
from b24app.services.page_image import page_image, page_texts
from b24app.services.prepare_document import PREVIEW_WIDTH_PX
from b24app.services.record import apply
from b24app.services.rendition import current_document
from b24app.services.show_request import certificate_name, file_name
from b24app.services.words import speaker
from b24app.store import audit, handovers, portals, requests
from b24app.store.database import writing
from b24app.store.tables import Request, SignerLink
from b24app.store.vault import fingerprint

_OVER = frozenset({Status.DECLINED, Status.REFUSED, Status.VOIDED, Status.EXPIRED})
BOUNCED = "rejected_recipient"


def invite_signer(ctx: Context, providers: Registry, message: Message) -> None:
    """Write to a signer whose turn it is; an address that the mail server refuses becomes a bounce."""
    row, request, signer = _load(message)
    if signer is None or not signer.has_turn or request.status is not Status.AWAITING_SIGNATURES:
        return
    if _is_written(message) or _is_replaced(message, signer):
        return
    is_reminder = message.topic is Topic.REMIND
    provider = providers.of(row.portal, row.connection)
    if (LetterKind.REMINDER if is_reminder else LetterKind.INVITATION) not in provider.capabilities.letters:
        if is_reminder:
            _remind_there(ctx, providers, row, request, signer, message)
            _record(ctx, message, signer, "reminder")
        return
    _make_ready(ctx, row, request)
    link = link_of(ctx, row, signer)
    if link is None:
        return
    begun = 0 if message.was_cut_off else audit.head(message.portal, message.request_id)[0]
    notice = _notice(row, request, signer, message, link=link, own_words=not is_reminder)
    try:
        (provider.remind if is_reminder else provider.invite)(notice)
    except MailError as error:
        if error.code != BOUNCED:
            raise
        _record_bounce(ctx, message, signer, error)
        return
    _record(ctx, message, signer, "reminder" if is_reminder else "invitation", begun)


def send_copy(ctx: Context, providers: Registry, message: Message) -> None:
    """Send the sealed document to one signer, or to one who only gets a copy."""
    row, request, signer = _load(message)
    if signer is None or not row.final_sha256 or _is_written(message) or _is_replaced(message, signer):
        return
    provider = providers.of(row.portal, row.connection)
    if LetterKind.COPY not in provider.capabilities.letters:
        return
    files = [Attachment(file_name(row.title), ctx.blobs.get(row.final_sha256))]
    if row.certificate_sha256:
        files.append(Attachment(certificate_name(row.title), ctx.blobs.get(row.certificate_sha256)))
    notice = _notice(row, request, signer, message, link=ctx.url(f"/v/{row.id}"), attachments=tuple(files))
    provider.send_copy(notice)
    _record(ctx, message, signer, "copy")


def tell_signer(ctx: Context, providers: Registry, message: Message) -> None:
    """Tell a signer who was already invited that the request has ended, and why."""
    row, request, signer = _load(message)
    if signer is None or request.status not in _OVER or _is_written(message):
        return
    provider = providers.of(row.portal, row.connection)
    if LetterKind.OVER not in provider.capabilities.letters:
        return
    provider.tell_over(_notice(row, request, signer, message, reason=_why_over(request, signer)))
    _record(ctx, message, signer, "over")


def _remind_there(
    ctx: Context, providers: Registry, row: Request, request: SignatureRequest, signer: Signer, message: Message
) -> None:
    """Have a signer reminded by a provider that writes its own letters; it has invited him already.

    "Too soon" at a second try says that the first one has reminded him.
    """
    try:
        with asking(ctx, providers, row.portal, row.connection) as provider:
            provider.remind(_notice(row, request, signer, message))
    except ProviderError as error:
        if error.kind is not Trouble.TOO_SOON or message.attempts == 1:
            raise


def _load(message: Message) -> tuple[Request, SignatureRequest, Signer | None]:
    row = requests.row(message.portal, message.request_id)
    request = requests.to_domain(row)
    return row, request, request.signer(str(message.payload["signer_id"]))


def _notice(
    row: Request,
    request: SignatureRequest,
    signer: Signer,
    message: Message,
    *,
    link: str = "",
    reason: str = "",
    own_words: bool = False,
    attachments: tuple[Attachment, ...] = (),
) -> Notice:
    """The portal's own words go out in the document's language only; other signers get ours in theirs."""
    words = row.letter if own_words and signer.locale == row.locale else {}
    portal = portals.find(row.portal)
    kept = handovers.find(row.portal, row.id) if row.connection else None
    return Notice(
        key=message.key,
        signer_name=signer.name,
        signer_email=signer.email,
        locale=signer.locale,
        document=row.title,
        sender_name=row.people.get(str(row.sender_id), ""),
        sender_company=str(portal.settings.get("sender_name", "")) if portal else "",
        subject=words.get("subject", ""),
        body=words.get("body", ""),
        link=link,
        expires_on=last_day(request),
        reason=reason,
        attachments=attachments,
        provider_ref=kept.provider_ref if kept else "",
        signer_ref=handovers.signer_refs(row.portal, row.id).get(signer.id, "") if kept else "",
    )


def _why_over(request: SignatureRequest, signer: Signer) -> str:
    """A person's own words; for a deadline ours, in the signer's language."""
    until = last_day(request)
    if request.status is not Status.EXPIRED or until is None:
        return request.reason
    words = N_("it could be signed until the end of %(day)s, and not everything was done by then.")
    return speaker(signer.locale)(words, day=until)


def _make_ready(ctx: Context, row: Request, request: SignatureRequest) -> None:
    """Prepare the pages he will look at, so that his first look does not wait for them."""
    sha256 = current_document(ctx, row, request)
    page_image(ctx, sha256, 1, PREVIEW_WIDTH_PX)
    page_texts(ctx, sha256)


def link_of(ctx: Context, row: Request, signer: Signer) -> str | None:
    """Return the signer's secret address, made when his turn came and repeated in every later letter.

    None when he has been corrected since this letter was begun: the secret belongs to the new address, which gets a
    letter of its own.
    """
    token = ctx.new_secret()
    with writing():
        now = requests.lock(row.portal, row.id).signer(signer.id)
        if now is None or now.email != signer.email:
            return None
        kept = requests.live_link(row.portal, signer.id)
        if kept:
            return ctx.url(f"/s/{ctx.vault.unlock(kept.token)}")
        SignerLink.insert(
            token_hash=fingerprint(token),
            token=ctx.vault.lock(token),
            portal=row.portal,
            request=row.id,
            signer=signer.id,
            created_at=to_ms(ctx.now()),
        ).execute()
    return ctx.url(f"/s/{token}")


def _is_written(message: Message) -> bool:
    """Look into the trail whether an earlier try wrote the letter, and noted it, before it broke off."""
    if not message.is_retry:
        return False
    trail = audit.events(message.portal, message.request_id)
    return any(e.type is EventType.LETTER_SENT and e.data.get("letter") == message.key for e in trail)


def _is_replaced(message: Message, signer: Signer) -> bool:
    """Say whether something that happened later to him makes this letter one too many.

    A correction causes a letter of its own. A reminder that had to wait is not wanted beside the next one, nor just
    behind the invitation for which it waited; an invitation that may have gone out before does not replace it.
    """
    position = int(message.payload["event"])
    later = audit.events(message.portal, message.request_id)[position:]
    of_his = [e for e in later if e.signer_id == signer.id]
    if any(e.type in (EventType.SIGNER_CHANGED, EventType.COPY_CHANGED) for e in of_his):
        return True
    return message.topic is Topic.REMIND and any(_is_newer_letter(e, position) for e in of_his)


def _is_newer_letter(event: AuditEvent, position: int) -> bool:
    is_invitation = event.type is EventType.LETTER_SENT and event.data.get("kind") == "invitation"
    return event.type is EventType.SIGNER_REMINDED or (is_invitation and event.data.get("begun", 0) >= position)


def _record(ctx: Context, message: Message, signer: Signer, kind: str, begun: int = 0) -> None:
    apply(ctx, message.portal, message.request_id, RecordLetter(signer.id, kind, message.key, begun))


def _record_bounce(ctx: Context, message: Message, signer: Signer, error: MailError) -> None:
    try:
        apply(ctx, message.portal, message.request_id, Bounce(signer.id, error.code))
    except NotAllowed:  # he signed through an earlier letter in the meantime
        return
