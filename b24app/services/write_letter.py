"""Write an invitation in a portal's words with example people: for the preview and for the test letter."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

from b24app.documents import formats
from b24app.errors import N_
from b24app.letters.addresses import Person
from b24app.letters.compose import Envelope, compose
from b24app.letters.wordings import Wording
from b24app.manifest import manifest
from b24app.services.context import Context
from b24app.services.portal_options import Letter
from b24app.services.words import speaker

SAMPLE_PATH = "/settings/test-letter"

_SIGNER = N_("Alex Example")
_DOCUMENT = N_("Services agreement 12")


def write_letter(
    ctx: Context, letter: Letter, *, locale: str, company: str, employee: str, days: int, to: Person | None = None
) -> EmailMessage:
    """Compose the invitation exactly as a signer gets it; only the people and the document are examples."""
    say = speaker(locale)
    now = ctx.now()
    signer = to or Person("alex@example.com", say(_SIGNER))
    values = {
        "signer_name": signer.name or say(_SIGNER),
        "document": say(_DOCUMENT),
        "sender_name": employee or company,
        "sender_company": company,
        "expires_on": formats.date(now.date() + timedelta(days=days), locale),
    }
    return compose(
        "invitation",
        Wording(letter.subject, letter.body),
        values,
        Envelope(to=signer, mail_from=ctx.settings.mail_from, key=ctx.new_id(), at=now),
        locale=locale,
        brand_name=company or manifest().name,
        link=ctx.url(SAMPLE_PATH),
    )


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())
