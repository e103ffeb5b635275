"""The words a signer agrees to before he sees the document; kept word for word, by hash, in the audit trail."""

from __future__ import annotations

from flask_babel import gettext


def consent_points() -> tuple[tuple[str, str], ...]:
    """List what electronic signing means, as (heading, sentence) in the reader's language."""
    return (
        (
            gettext("It is binding."),
            gettext(
                "Finishing means signing: an electronic signature binds you just as a handwritten one does, wherever "
                "the law accepts it for this kind of document."
            ),
        ),
        (
            gettext("What is recorded."),
            gettext(
                "Your name and e-mail address, the time of each step, your IP address and the kind of browser. "
                "This record becomes part of the signed document."
            ),
        ),
        (
            gettext("You stay in control."),
            gettext(
                "Until you press Finish you can stop, come back through the link in your letter, or decline. "
                "You will get a copy of the completed document by e-mail."
            ),
        ),
    )


def consent_promise() -> str:
    return gettext("I agree to sign this document electronically.")


def consent_text() -> str:
    """Put together everything the consent step shows, as it goes into the trail."""
    return "\n".join([*(f"{heading} {sentence}" for heading, sentence in consent_points()), consent_promise()])
