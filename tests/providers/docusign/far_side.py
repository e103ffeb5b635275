"""The far side of DocuSign: its stand-in, whose messages and letters wait to be taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24app.sandbox.docusign.connect import Connect, written
from b24app.sandbox.docusign.model import Envelope, Recipient
from b24app.sandbox.docusign.service import DocuSign
from b24app.sandbox.esign.outgoing import Parcel
from b24app.sandbox.esign.post import Enclosure, Post
from tests.providers.far_side import Posted
from tests.sandbox.witness import Exchange, watch


class WaitingConnect(Connect):
    """Writes and signs messages as ever, and keeps them instead of posting."""

    def __init__(self, service: DocuSign) -> None:
        super().__init__(service)
        self.waiting: list[Posted] = []

    def post(self, parcel: Parcel, *, attempt: int = 1, delay_s: float = 0.0) -> None:
        body, headers = written(parcel, attempt)
        self.waiting.append(Posted(parcel.url, headers, body))


class QuietPost(Post):
    """Letters are counted: (address, subject)."""

    def __init__(self) -> None:
        super().__init__(lambda: 9, "DocuSign <dse@docusign.example>")
        self.letters: list[tuple[str, str]] = []

    def send(
        self,
        to: tuple[str, str],
        subject: str,
        lines: Sequence[str],
        link: tuple[str, str] | None = None,
        enclosures: Sequence[Enclosure] = (),
    ) -> bool:
        self.letters.append((to[1], subject))
        return True


class DocuSignFarSide:
    def __init__(self, service: DocuSign) -> None:
        self.service = service
        self.connect = service.connect = service.callbacks = WaitingConnect(service)
        self.post = service.post = QuietPost()
        self._witness = watch(service.listener, service._flask)

    @property
    def exchanges(self) -> list[Exchange]:
        """What was asked of the API since the first day, and what it answered."""
        return self._witness.exchanges

    def serve(self, app: Any) -> None:
        """Let something else answer in the API's place, until the next first day."""
        self.service.listener.serve_instead(lambda: app)

    def clear(self) -> None:
        """An account as on the first day; the servers stay."""
        service = self.service
        service.settle()
        service.envelopes.clear()
        service.directory.grants.clear()
        service.integration.consents = {service.user.user_id: {"signature", "impersonation", "extended"}}
        service.account.allowance, service.list_delay_s = 1000, 0.0
        for faults in (service.faults, service.auth.faults):
            faults.clear()
        service.windows.clear()
        service.calls.reset()
        service.auth.calls.reset()
        self.connect.waiting, self.post.letters = [], []
        self._witness.exchanges.clear()
        self.serve(self._witness)

    def envelope(self, ref: str) -> Envelope:
        return self.service.envelopes[ref]

    def only(self) -> Envelope:
        [envelope] = self.service.envelopes.values()
        return envelope

    def recipient(self, ref: str, email: str) -> Recipient:
        return next(one for one in self.envelope(ref).signers if one.email == email)

    def view(self, ref: str, email: str) -> None:
        self.service.lifecycle.view(self.envelope(ref), self.recipient(ref, email))

    def sign(self, ref: str, email: str) -> None:
        one = self.recipient(ref, email)
        self.service.lifecycle.sign(self.envelope(ref), one, answers(one))

    def decline(self, ref: str, email: str, reason: str) -> None:
        self.service.lifecycle.decline(self.envelope(ref), self.recipient(ref, email), reason)

    def bounce(self, ref: str, email: str) -> None:
        self.service.lifecycle.bounce(self.envelope(ref), self.recipient(ref, email))

    def expire(self, ref: str) -> None:
        self.service.lifecycle.expire(self.envelope(ref), now=True)

    def cancel_there(self, ref: str, reason: str) -> None:
        self.service.lifecycle.void(self.envelope(ref), reason)

    def finish_cancelling(self) -> None:
        """Voiding is over with its answer."""

    def sent(self) -> list[str]:
        return list(self.service.envelopes)

    def posted(self) -> list[Posted]:
        news, self.connect.waiting = self.connect.waiting, []
        return news

    def lose_answer(self) -> None:
        self.service.faults.add("answer_lost")

    def go_down(self) -> None:
        self.service.go_down()
        self.service.auth.listener.down()

    def come_up(self) -> None:
        self.service.come_back()
        self.service.auth.listener.up()

    def forget_key(self) -> None:
        self.service.directory.withdraw(self.service.integration.client_id)

    def be_busy(self, retry_after_s: int) -> None:
        self.service.faults.add("rate_limited", reset_s=retry_after_s)

    def take_time_for_files(self, times: int) -> None:
        self.service.faults.add("files_not_ready", times=times)


def answers(one: Recipient) -> dict[str, str]:
    """What a signer enters: his name, whatever is asked for, the first of each choice."""
    form = {"agree": "1", "signature-typed": one.name, "initials-typed": "A. L."}
    for place in (tab.place for tab in one.tabs):
        if place.kind == "radio":
            form.setdefault(f"group-{place.group}", place.id)
        else:
            form[f"field-{place.id}"] = place.value or (place.options[0] if place.options else "1")
    return form
