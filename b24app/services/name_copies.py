"""Those who only get a copy of the finished document: what is wrong with the list, and whom it makes recipients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from b24app.domain.signature_request import Role, Signer
from b24app.domain.text import MAX_NAME, one_line
from b24app.errors import N_, InvalidPayload
from b24app.letters.compose import is_address
from b24app.services.composing import MAX_COPIES, Candidate, ComposeForm
from b24app.services.context import Context

MOST_NAMED, MOST_SHOWN = 5, 60


def copy_problems(form: ComposeForm) -> Iterator[tuple[str, InvalidPayload]]:
    """Name what is no address, and say when there are too many."""
    wrong = [address for address in form.copies if not is_address(address)]
    for address in wrong[:MOST_NAMED]:
        yield "copies", InvalidPayload(N_("“%(what)s” is not an e-mail address."), what=_short(address))
    if len(form.copies) > MAX_COPIES:
        yield "copies", InvalidPayload(N_("At most %(most)s addresses can get a copy."), most=MAX_COPIES)


def copy_recipients(
    ctx: Context, form: ComposeForm, people: Sequence[Candidate], signers: Sequence[Signer], locale: str
) -> list[Signer]:
    """Make recipients of the addresses, each once, behind the signers, who get a copy anyway.

    People of the card have their name, others are called by their address.
    """
    names = {email.value.casefold(): person.name for person in people for email in person.emails}
    signing = {signer.email.casefold() for signer in signers}
    once = {address.casefold(): address for address in form.copies}
    addresses = [address for key, address in once.items() if key not in signing]
    return [
        Signer(
            id=ctx.new_id(),
            position=position,
            name=one_line(names.get(address.casefold(), address), MAX_NAME),
            email=address,
            order=0,
            role=Role.COPY,
            locale=locale,
        )
        for position, address in enumerate(addresses, start=len(signers) + 1)
    ]


def with_address(copy: Signer) -> str:
    """Write one as `Ann Lee, ann@lee.example`, or the address alone where there is no name."""
    return copy.email if copy.name == copy.email else f"{copy.name}, {copy.email}"


def _short(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
