"""Send: freeze the document, write request, signers, audit events and outbox messages in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from b24app.bitrix.card import CardSnapshot, Employee
from b24app.clock import to_ms
from b24app.domain.acts import Send
from b24app.domain.fields import APPROVER, Field
from b24app.domain.preflight import Finding, blocking, doubts
from b24app.domain.reminders import OFF, Reminders
from b24app.domain.signature_request import Role, SignatureRequest, Signer, Status
from b24app.domain.signing_order import normalised
from b24app.domain.text import MAX_NAME, one_line
from b24app.domain.transitions import decide
from b24app.errors import N_, InvalidPayload, NotFound
from b24app.letters.compose import is_address, wording_problems
from b24app.services.ask_provider import capabilities_of, is_test
from b24app.services.card_values import checkbox_values
from b24app.services.change_deadline import deadline_on
from b24app.services.change_reminders import reminder_problems
from b24app.services.check_fit import fit_problems, provider_of
from b24app.services.choose_service import service_problems
from b24app.services.composing import ComposeForm, FormRefused
from b24app.services.context import Context
from b24app.services.kept_form import keep_files, kept_form
from b24app.services.name_copies import copy_problems, copy_recipients
from b24app.services.open_composer import candidates, slot_of, zone_of
from b24app.services.place_fields import place_problems
from b24app.services.prepare_document import inputs_of, shows
from b24app.services.record import record_events
from b24app.services.who_approves import Where, approver_of
from b24app.store import composers, request_words, requests, templates
from b24app.store.database import alone, writing
from b24app.store.tables import Composer, Portal, Prepared, Request, Template

MAX_SIGNERS = 50

EMPTY = N_("Some values in the document are empty. Fill them in, or confirm that you want to send it anyway.")
DOUBTFUL = N_("Something in the document should be checked. Look at the list above the pages and confirm it.")

MOST_LETTERS_NAMED = 20
Problem = tuple[str, InvalidPayload]


def send_request(ctx: Context, portal: Portal, user_id: int, form: ComposeForm) -> str:
    """Send what the employee looked at. A second call for the same composer returns the same request.

    Returns the request's id. Raises: FormRefused naming each problem at its field; nothing is sent then.
    """
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    if requests.exists(portal.member_id, composer.id):
        return composer.id
    card = CardSnapshot.from_dict(composer.snapshot)
    prepared = composers.prepared(portal.member_id, composer.id, form.prepared_id)
    _refuse(list(_problems(ctx, portal, composer, card, prepared, form)))
    assert prepared is not None
    request = _aggregate(ctx, portal, composer, card, form, prepared)
    row = _row(ctx, portal, request, card, form, prepared)
    _refuse(list(fit_problems(ctx, row, request)))
    with writing():
        alone(f"send/{composer.id}")
        if requests.exists(portal.member_id, composer.id):  # the other click was faster
            return composer.id
        row.save(force_insert=True)
        requests.insert_signers(request)
        keep_files(portal.member_id, row.id, form)
        now = ctx.now()
        sent, events = decide(request, Send(user_id, prepared.sha256, _files(prepared)), now)
        requests.save(sent, now)
        request_words.put(sent)
        record_events(ctx, sent, events)
        if template := _template(portal, form):
            templates.note_use(portal.member_id, template.id, to_ms(now))
        _remember(portal, user_id, card, form)
    ctx.hints.hint(portal.member_id)
    return composer.id


def fit_before_sending(
    ctx: Context, portal: Portal, user_id: int, form: ComposeForm, prepared_id: str
) -> dict[str, list[InvalidPayload]]:
    """Say of a document that is looked at what its signing service will not take: field -> sentences.

    What else is still missing, sending will say.
    """
    composer = composers.get(portal.member_id, user_id, form.composer_id)
    prepared = composers.prepared(portal.member_id, composer.id, prepared_id)
    if not form.connection or prepared is None:
        return {}
    card = CardSnapshot.from_dict(composer.snapshot)
    request = _aggregate(ctx, portal, composer, card, _in_time(ctx, card, form), prepared)
    row = _row(ctx, portal, request, card, form, prepared)
    found: dict[str, list[InvalidPayload]] = {}
    for field, problem in fit_problems(ctx, row, request):
        found.setdefault(field, []).append(problem)
    return found


def _in_time(ctx: Context, card: CardSnapshot, form: ComposeForm) -> ComposeForm:
    """The form without a deadline that is none."""
    try:
        _expires_at(ctx, card, form)
    except InvalidPayload:
        return replace(form, expires_on=None)
    return form


def _refuse(problems: list[Problem]) -> None:
    by_field: dict[str, list[InvalidPayload]] = {}
    for field, problem in problems:
        by_field.setdefault(field, []).append(problem)
    if by_field:
        raise FormRefused(by_field)


def _problems(
    ctx: Context, portal: Portal, composer: Composer, card: CardSnapshot, prepared: Prepared | None, form: ComposeForm
) -> Iterator[Problem]:
    yield from _signer_problems(form)
    yield from copy_problems(form)
    yield from _place_problems(portal, form)
    if prepared is None or not shows(prepared, inputs_of(ctx, portal, composer, card, form), form.ticks):
        yield "preview", InvalidPayload(N_("The pages have changed since you last saw them. Please check them again."))
    elif prepared.unprintable:
        yield "preview", unprintable_problem(prepared.unprintable)
    else:
        yield from _document_problems(prepared, form)
    for field, wording in (("letter_subject", form.letter_subject), ("letter_body", form.letter_body)):
        if not wording.strip():
            yield field, InvalidPayload(N_("The letter needs a subject and a text."))
        for problem in wording_problems(wording):
            yield field, problem
    yield from reminder_problems(form.reminders)
    yield from service_problems(portal, composer.user_id, form)
    try:
        _expires_at(ctx, card, form)
    except InvalidPayload as problem:
        yield "expires_on", problem


def _place_problems(portal: Portal, form: ComposeForm) -> Iterator[Problem]:
    """Look again at places put on by hand: signatories may have come and gone since."""
    for upload in composers.uploads(portal.member_id, form.composer_id, form.file_ids):
        fields = [Field.from_dict(place) for place in upload.placed or ()]
        yield from (("document", problem) for problem in place_problems(fields, form))


def _document_problems(prepared: Prepared, form: ComposeForm) -> Iterator[Problem]:
    """What the pre-flight list says: what blocks, and what nobody has confirmed."""
    findings = [Finding.from_dict(finding) for finding in prepared.findings]
    for finding in blocking(findings):
        yield "preflight", InvalidPayload(finding.message, **finding.params)
    if form.accept_empties:
        return
    if any(empty["required"] for empty in prepared.empties):
        yield "empties", InvalidPayload(EMPTY)
    elif doubts(findings):
        yield "empties", InvalidPayload(DOUBTFUL)


def unprintable_problem(letters: Sequence[str]) -> InvalidPayload:
    """Say which letters would be missing from the pages."""
    return InvalidPayload(
        N_(
            "These characters cannot be printed, because Paraph has no font for them: %(letters)s. Write them in other "
            "letters on the card or in the list of signatories."
        ),
        letters=" ".join(letters[:MOST_LETTERS_NAMED]),
    )


def _signer_problems(form: ComposeForm) -> Iterator[Problem]:
    if not form.signers:
        yield "signers", InvalidPayload(N_("Choose at least one person who signs."))
    if len(form.signers) > MAX_SIGNERS:
        yield "signers", InvalidPayload(N_("At most %(most)s people can sign one document."), most=MAX_SIGNERS)
    seen: set[tuple[str, str]] = set()
    for index, choice in enumerate(form.signers):
        field = f"signers-{index}"
        who = (choice.name.strip().casefold(), choice.email.strip().casefold())
        if not choice.name.strip():
            yield field, InvalidPayload(N_("Enter the person's name."))
        if not choice.email.strip():
            yield field, InvalidPayload(N_("This person has no e-mail address. Type one, or add it in the card."))
        elif not is_address(choice.email.strip()):
            yield field, InvalidPayload(N_("This is not an e-mail address."))
        elif who in seen:
            yield field, InvalidPayload(N_("This person is in the list twice."))
        seen.add(who)


def _aggregate(
    ctx: Context, portal: Portal, composer: Composer, card: CardSnapshot, form: ComposeForm, prepared: Prepared
) -> SignatureRequest:
    company = one_line(card.company.title, MAX_NAME) if card.company else ""
    signers = [
        Signer(
            id=ctx.new_id(),
            position=position,
            name=one_line(choice.name, MAX_NAME),
            email=choice.email.strip(),
            order=choice.order,
            role=Role.SIGNER,
            company=company if choice.key else "",
            locale=choice.locale,
        )
        for position, choice in enumerate(form.signers, start=1)
    ]
    approver = approver_of(ctx, portal, card, form.connection, prepared)
    employee = approver.employee if form.needs_approval and approver.where is Where.THERE else None
    signing = normalised([*signers, *([_as_signer(ctx, portal, employee, signers)] if employee else [])])
    copies = copy_recipients(ctx, form, tuple(candidates(card)), signing, _locale(portal, form))
    return SignatureRequest(
        id=composer.id,
        portal=portal.member_id,
        title=prepared.title,
        status=Status.DRAFT,
        signers=(*signing, *copies),
        sender_id=composer.user_id,
        responsible_id=(card.responsible or card.me).id,
        needs_approval=form.needs_approval and employee is None,
        entity_type_id=composer.entity_type_id,
        entity_id=composer.entity_id,
        expires_at=_expires_at(ctx, card, form),
        time_zone=zone_of(card).key,
        reminders=_reminders(ctx, portal, form),
        is_external=bool(form.connection),
        is_test=_is_test(ctx, portal, form.connection),
    )


def _as_signer(ctx: Context, portal: Portal, employee: Employee, others: Sequence[Signer]) -> Signer:
    return Signer(
        id=ctx.new_id(),
        position=len(others) + 1,
        name=one_line(employee.name, MAX_NAME),
        email=employee.email,
        order=max((signer.order for signer in others), default=0) + 1,
        company=str(portal.settings.get("sender_name", "")),
        locale=portal.lang,
        employee=employee.id,
    )


def _fields(request: SignatureRequest, prepared: Prepared) -> list[dict[str, Any]]:
    """The places; those of the approver go to him as the signer he is, where he signs at the signing service."""
    number = next((str(signer.position) for signer in request.signing if signer.employee), APPROVER)
    return [{**data, "signer": number} if data["signer"] == APPROVER else data for data in prepared.fields]


def _row(
    ctx: Context, portal: Portal, request: SignatureRequest, card: CardSnapshot, form: ComposeForm, prepared: Prepared
) -> Request:
    employees = [card.me, *([card.responsible] if card.responsible else [])]
    return Request(
        id=request.id,
        portal=request.portal,
        status=str(request.status),
        title=request.title,
        sender_id=request.sender_id,
        responsible_id=request.responsible_id,
        needs_approval=request.needs_approval,
        entity_type_id=request.entity_type_id,
        entity_id=request.entity_id,
        locale=_locale(portal, form),
        time_zone=request.time_zone,
        document_sha256=prepared.sha256,
        revision=prepared.revision,
        fields=_fields(request, prepared),
        pages=prepared.pages,
        letter={"subject": form.letter_subject, "body": form.letter_body},
        checkboxes=_changed_checkboxes(card, prepared),
        people={str(employee.id): employee.name for employee in employees},
        created_at=to_ms(ctx.now()),
        provider=provider_of(portal.member_id, form.connection),
        connection=form.connection,
        is_test=request.is_test,
        parts=list(_files(prepared)),
        printed=prepared.printed,
        bound=prepared.bound,
        made_of=kept_form(form),
    )


def _files(prepared: Prepared) -> tuple[dict[str, Any], ...]:
    """Name the files the document was made of, each by the SHA-256 of what came in."""
    names = ("title", "sha256", "first_page", "pages", "is_signed")
    return tuple({name: part[name] for name in names if name in part} for part in prepared.parts)


def _template(portal: Portal, form: ComposeForm) -> Template | None:
    return composers.template(portal.member_id, form.template_id) if form.source == "template" else None


def _locale(portal: Portal, form: ComposeForm) -> str:
    """The document's language."""
    template = _template(portal, form)
    return str(template.locale if template else portal.lang)


def _changed_checkboxes(card: CardSnapshot, prepared: Prepared) -> dict[str, bool]:
    """Which yes/no properties the employee changed: property name -> new value."""
    before = checkbox_values(card)
    return {
        box["path"].partition(".")[2]: box["checked"]
        for box in prepared.checkboxes
        if box["path"] in before and before[box["path"]] != box["checked"]
    }


def _remember(portal: Portal, user_id: int, card: CardSnapshot, form: ComposeForm) -> None:
    people = tuple(candidates(card))
    choice = {
        "signers": [slot for signer in form.signers if (slot := slot_of(people, signer))],
        "needs_approval": form.needs_approval,
    }
    template_id = form.template_id if form.source == "template" else ""
    composers.remember_choice(portal.member_id, user_id, template_id, choice)


def _expires_at(ctx: Context, card: CardSnapshot, form: ComposeForm) -> datetime | None:
    """The end of the chosen day in the employee's time zone. Raises: InvalidPayload."""
    return deadline_on(form.expires_on, zone_of(card).key, ctx.now()) if form.expires_on else None


def _is_test(ctx: Context, portal: Portal, connection: str) -> bool:
    try:
        return is_test(ctx, portal.member_id, connection)
    except NotFound:  # told as a problem of the connection
        return False


def _reminders(ctx: Context, portal: Portal, form: ComposeForm) -> Reminders:
    """What was decided, where the signing service can remind at all."""
    try:
        can_remind = capabilities_of(ctx, portal.member_id, form.connection).manual_reminders
    except NotFound:  # told as a problem of the connection
        can_remind = False
    return form.reminders if can_remind else OFF
