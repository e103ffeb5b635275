"""The built-in engine behind the provider interface: what it sends are letters; the signing pages are ours."""

from __future__ import annotations

from b24app.clock import Clock
from b24app.letters.compose import Attached, compose
from b24app.letters.smtp import Mailer
from b24app.letters.wordings import Wording, default_wording
from b24app.providers.base import Capabilities, Created, Notice, Order


class BuiltinProvider:
    """Signs with Paraph itself. `create` has nobody to tell: the request in our tables is the record."""

    name = "builtin"
    capabilities = Capabilities(invites_itself=False, parallel_turns=True, corrects_name=True, manual_reminders=True)

    def __init__(self, mailer: Mailer, now: Clock) -> None:
        self._mailer = mailer
        self._now = now

    def create(self, order: Order) -> Created:
        return Created(order.ref)

    def find_by_ref(self, ref: str) -> str | None:
        return ref

    def invite(self, notice: Notice) -> None:
        self._post("invitation", notice)

    def remind(self, notice: Notice) -> None:
        self._post("reminder", notice)

    def tell_over(self, notice: Notice) -> None:
        self._post("over", notice)

    def send_copy(self, notice: Notice) -> None:
        self._post("copy", notice)
