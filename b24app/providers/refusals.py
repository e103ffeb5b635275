"""The errors of rooms and their sentences: the same for every provider, so that people read the same words.

A room raises `refusal(Trouble.X, self.title, code=<the provider's own word>)`. The provider's sentences stay out of
ours: they may name people.
"""

from __future__ import annotations

from collections.abc import Mapping

from b24app.errors import N_, OutcomeUnknown, ProviderError, Trouble

SENTENCES: Mapping[Trouble, str] = {
    Trouble.AUTH_FAILED: N_(
        "%(provider)s no longer lets Paraph in. An administrator needs to connect it again in Paraph's settings."
    ),
    Trouble.CONSENT_NEEDED: N_(
        "%(provider)s wants a person's consent first. An administrator needs to give it in Paraph's settings."
    ),
    Trouble.PLAN_LIMIT: N_("The plan of your %(provider)s account does not allow this now. Check the plan, or wait."),
    Trouble.FORBIDDEN: N_("Your %(provider)s account is not allowed to do this."),
    Trouble.NOT_FOUND: N_("%(provider)s does not know this document."),
    Trouble.GONE: N_("%(provider)s no longer has this document."),
    Trouble.INVALID: N_("%(provider)s does not accept this document as it is (%(word)s)."),
    Trouble.CONFLICT: N_("%(provider)s cannot do this in the document's present state."),
    Trouble.NOT_READY: N_("%(provider)s is still working on this document. Paraph will try again automatically."),
    Trouble.TOO_SOON: N_("%(provider)s allows reminders only at longer intervals. Try again later."),
    Trouble.RATE_LIMITED: N_("%(provider)s is receiving too many requests. Paraph will try again automatically."),
    Trouble.UNAVAILABLE: N_("%(provider)s cannot be reached. Paraph will try again automatically."),
    Trouble.UNSUPPORTED: N_("%(provider)s cannot do this."),
}


def refusal(kind: Trouble, title: str, *, code: str = "", retry_after_s: float | None = None) -> ProviderError:
    """Make the error of one kind. `code` is the provider's own word for it, `title` the provider's name for people."""
    return ProviderError(
        SENTENCES[kind], kind=kind, code=code.lower(), retry_after_s=retry_after_s, provider=title, word=code or kind
    )


def unknown_outcome(title: str) -> OutcomeUnknown:
    """Make the error of a write whose answer never came."""
    return OutcomeUnknown(
        N_("%(provider)s did not answer. It may have worked: Paraph will look before it tries again."), provider=title
    )
