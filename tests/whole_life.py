"""A request's whole life against running processes: sent, signed by two, approved, sealed, filed."""

from __future__ import annotations

from b24app.sandbox.examples.acme import LEAD_77
from tests.bench.calls import ANN, MARCO, approve, open_composer, send_to_two, sign
from tests.running import Running
from tests.waiting import wait_for

TYPED = ("My name", "Anna Schmidt")  # how the signers and the approver sign, in bench.calls


def live(running: Running) -> str:
    """Return the composer's page, when both signers have the sealed document and it is pinned to the card."""
    mailbox = running.sandbox.mailbox
    page = open_composer(running, LEAD_77)
    send_to_two(running, page)
    for address in (ANN, MARCO):
        wait_for(lambda address=address: mailbox.letters(address), f"the invitation of {address}")
        sign(running, address)
    wait_for(lambda: running.acme.timeline.activities, "the live card")
    approve(running)
    for address in (ANN, MARCO):
        wait_for(lambda address=address: mailbox.letters(address)[0].attachments, f"the copy of {address}")
    wait_for(lambda: "pin" in running.handled(), "the pinned file")
    return page
