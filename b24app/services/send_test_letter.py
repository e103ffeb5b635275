"""Send an administrator the letter that his signers will get."""

from __future__ import annotations

from b24app.errors import N_, InvalidPayload
from b24app.letters.addresses import Person, is_address
from b24app.services.composing import FormRefused
from b24app.services.context import Context
from b24app.services.portal_options import PortalOptions
from b24app.services.save_settings import check_settings
from b24app.services.write_letter import write_letter


def send_test_letter(ctx: Context, options: PortalOptions, *, locale: str, employee: str, address: str) -> None:
    """Send it at once, so that what the mail server says is said on the page.

    Raises: FormRefused when a field is wrong (`test_email` among them), MailError, OutcomeUnknown.
    """
    check_settings(options)
    if not is_address(address):
        raise FormRefused({"test_email": [InvalidPayload(N_("Enter an e-mail address such as ann@example.com."))]})
    message = write_letter(
        ctx,
        options.letters[locale],
        locale=locale,
        company=options.sender_name,
        employee=employee,
        days=options.deadline_days,
        to=Person(address, employee),
    )
    ctx.mailer.send(message)
