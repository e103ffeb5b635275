"""What a room inherits: every call of the interface, refused by name until the room writes its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from b24app.errors import ProviderError, Trouble
from b24app.providers.base import AccountInfo, Cancelled, Created, Draft, File, Link, Notice, Order, Problem
from b24app.providers.refusals import refusal
from b24app.providers.snapshot import Event, Snapshot


class NoSuchCall:
    """A provider that can do nothing: a missing feature is an error with a name, never a silent skip."""

    title = ""

    def check_connection(self) -> AccountInfo:
        raise self._no_such_call()

    def ensure_webhook(self, url: str) -> None:
        raise self._no_such_call()

    def remove_webhook(self, url: str) -> None:
        raise self._no_such_call()

    def validate(self, order: Order) -> Sequence[Problem]:
        raise self._no_such_call()

    def create(self, order: Order, draft: Draft) -> Created:
        raise self._no_such_call()

    def find_by_ref(self, order: Order, since: datetime) -> Created | None:
        raise self._no_such_call()

    def get(self, provider_ref: str) -> Snapshot:
        raise self._no_such_call()

    def signing_link(self, provider_ref: str, signer_ref: str, return_to: str) -> Link:
        raise self._no_such_call()

    def change_signer(self, provider_ref: str, signer_ref: str, name: str, email: str) -> str:
        raise self._no_such_call()

    def cancel(self, provider_ref: str, reason: str) -> Cancelled:
        raise self._no_such_call()

    def download(self, provider_ref: str, what: File) -> bytes:
        raise self._no_such_call()

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        raise self._no_such_call()

    def invite(self, notice: Notice) -> None:
        raise self._no_such_call()

    def remind(self, notice: Notice) -> None:
        raise self._no_such_call()

    def tell_over(self, notice: Notice) -> None:
        raise self._no_such_call()

    def send_copy(self, notice: Notice) -> None:
        raise self._no_such_call()

    def _no_such_call(self) -> ProviderError:
        return refusal(Trouble.UNSUPPORTED, self.title)
