"""The questions that installation and settings both ask: read from a form, shown in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from b24app.errors import MailError, OutcomeUnknown
from b24app.services.composing import FormRefused
from b24app.services.portal_options import LETTER_LOCALES, PLACEHOLDERS, Letter, PortalOptions, options_of, usual_letter
from b24app.services.send_test_letter import send_test_letter
from b24app.web.error_pages import sentence
from b24app.web.guards import Caller, context
from b24app.web.reminder_form import parse_reminders, whole_number

LANGUAGE_NAMES = {"en": "English", "uk": "Українська"}

Problems = Mapping[str, list[str]]


@dataclass(frozen=True)
class Questions:
    """What the form shows: the answers so far, what is wrong with them, what became of the last press."""

    options: PortalOptions
    locale: str  # the letter that is open
    problems: Problems
    test_email: str = ""
    done: str = ""
    sent: str = ""  # the test letter

    languages = LANGUAGE_NAMES
    placeholders = PLACEHOLDERS

    @staticmethod
    def usual(locale: str) -> Letter:
        return usual_letter(locale)


def present_questions(caller: Caller, done: str = "") -> Questions:
    """Show what is stored."""
    return Questions(options_of(caller.portal), _known_locale(caller.portal.lang), {}, done=done)


def asked_questions(form: Mapping[str, str], error: FormRefused | None = None, done: str = "") -> Questions:
    """Show what was typed, with its problems at their fields and the letter open that has one."""
    problems = translated(error) if error else {}
    locale = next((name[-2:] for name in problems if name.startswith(("subject-", "body-"))), form.get("locale", ""))
    return Questions(parse_options(form), _known_locale(locale), problems, form.get("test_email", "").strip(), done)


def parse_options(form: Mapping[str, str]) -> PortalOptions:
    """Read the fields; a number that is none becomes 0 and is refused with the rest."""
    return PortalOptions(
        sender_name=" ".join(form.get("sender_name", "").split()),
        needs_approval="needs_approval" in form,
        deadline_days=whole_number(form.get("deadline_days", "")),
        reminders=parse_reminders(form),
        letters={locale: parse_letter(form, locale) for locale in LETTER_LOCALES},
    )


def parse_letter(form: Mapping[str, str], locale: str) -> Letter:
    subject = " ".join(form.get(f"subject-{locale}", "").split())
    return Letter(subject, form.get(f"body-{locale}", "").replace("\r\n", "\n").strip())


def try_letter(caller: Caller, form: Mapping[str, str]) -> Questions:
    """Send the test letter and say on the page what became of it."""
    asked = asked_questions(form)
    try:
        send_test_letter(
            context(), asked.options, locale=asked.locale, employee=employee_name(caller), address=asked.test_email
        )
    except FormRefused as error:
        return asked_questions(form, error)
    except (MailError, OutcomeUnknown) as error:
        return Questions(asked.options, asked.locale, {"test_email": [sentence(error)]}, asked.test_email)
    words = gettext("The test letter is on its way to %(address)s.", address=asked.test_email)
    return Questions(asked.options, asked.locale, {}, asked.test_email, sent=words)


def employee_name(caller: Caller) -> str:
    """The installer's name as Bitrix24 told it; example letters are written in it."""
    return str(caller.portal.settings.get("installer_name", ""))


def translated(error: FormRefused) -> dict[str, list[str]]:
    return {field: [sentence(problem) for problem in found] for field, found in error.problems.items()}


def _known_locale(locale: str) -> str:
    return locale if locale in LETTER_LOCALES else "en"
