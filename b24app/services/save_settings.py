"""Keep what an administrator decided for his portal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from b24app.clock import to_ms
from b24app.errors import N_, InvalidPayload
from b24app.letters.compose import wording_problems
from b24app.services.change_reminders import reminder_problems
from b24app.services.composing import FormRefused
from b24app.services.context import Context
from b24app.services.install_portal import ensure_authority
from b24app.services.portal_options import MAX_DEADLINE_DAYS, Letter, PortalOptions, usual_letter
from b24app.store import portals
from b24app.store.database import writing
from b24app.store.tables import Portal

MAX_NAME_CHARS = 100
MAX_SUBJECT_CHARS = 200
MAX_BODY_CHARS = 5000

Problem = tuple[str, InvalidPayload]


def save_settings(ctx: Context, portal: Portal, options: PortalOptions) -> Portal:
    """Check and keep; the first time this also ends the set-up.

    Raises: FormRefused naming `sender_name`, `deadline_days`, `remind_<first|every|most>`, `subject-<locale>` or
    `body-<locale>`.
    """
    check_settings(options)
    letters = {
        locale: {"subject": letter.subject, "body": letter.body}
        for locale, letter in options.letters.items()
        if letter != usual_letter(locale)  # who keeps our words gets our later improvements too
    }
    with writing():
        portals.set_option(
            portal.member_id,
            sender_name=options.sender_name,
            needs_approval=options.needs_approval,
            deadline_days=options.deadline_days,
            reminders=asdict(options.reminders),
            letters=letters,
        )
        ensure_authority(ctx, portal.member_id, options.sender_name)
        if portal.setup_done_at is None:
            portals.save(portal.member_id, setup_done_at=to_ms(ctx.now()))
    return portals.get(portal.member_id)


def check_settings(options: PortalOptions) -> None:
    """Raises: FormRefused with every problem at its field."""
    problems: dict[str, list[InvalidPayload]] = {}
    for field, problem in _problems(options):
        problems.setdefault(field, []).append(problem)
    if problems:
        raise FormRefused(problems)


def _problems(options: PortalOptions) -> Iterator[Problem]:
    if not options.sender_name:
        yield "sender_name", InvalidPayload(N_("Enter the name the letters are sent in."))
    yield from _too_long("sender_name", options.sender_name, MAX_NAME_CHARS)
    if not 1 <= options.deadline_days <= MAX_DEADLINE_DAYS:
        days = InvalidPayload(N_("Choose a number of days from 1 to %(most)s."), most=MAX_DEADLINE_DAYS)
        yield "deadline_days", days
    yield from reminder_problems(options.reminders)
    for locale, letter in options.letters.items():
        yield from letter_problems(locale, letter)


def letter_problems(locale: str, letter: Letter) -> Iterator[Problem]:
    """Say what is wrong with a letter's words, at the field of its language."""
    subject, body = f"subject-{locale}", f"body-{locale}"
    if not letter.subject:
        yield subject, InvalidPayload(N_("The letter needs a subject."))
    if not letter.body:
        yield body, InvalidPayload(N_("The letter needs a text."))
    yield from _too_long(subject, letter.subject, MAX_SUBJECT_CHARS)
    yield from _too_long(body, letter.body, MAX_BODY_CHARS)
    for field, text in ((subject, letter.subject), (body, letter.body)):
        for problem in wording_problems(text):
            yield field, problem


def _too_long(field: str, text: str, most: int) -> Iterator[Problem]:
    if len(text) > most:
        yield field, InvalidPayload(N_("This is too long: %(most)s characters at most."), most=most)
