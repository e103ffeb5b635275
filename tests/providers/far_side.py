"""The other end of a provider, as the contract drives it: what signers and the service's own people do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Posted:
    """One event on its way to us."""

    url: str
    headers: dict[str, str]
    body: bytes


class FarSide(Protocol):
    """Requests are named by their `provider_ref`, signers by their address.

    The faults hold for the next call they fit, unless said otherwise.
    """

    def view(self, ref: str, email: str) -> None: ...

    def sign(self, ref: str, email: str) -> None: ...

    def decline(self, ref: str, email: str, reason: str) -> None: ...

    def bounce(self, ref: str, email: str) -> None: ...

    def expire(self, ref: str) -> None: ...

    def cancel_there(self, ref: str, reason: str) -> None:
        """Somebody who uses the account there calls it back."""

    def finish_cancelling(self) -> None:
        """Let what was cancelled by us be over, where that takes its time."""

    def sent(self) -> list[str]:
        """The references of all requests there, in the order in which they were accepted; waits until they are out."""

    def posted(self) -> list[Posted]:
        """Take the events that are on their way."""

    def lose_answer(self) -> None:
        """Do what the next call asks and hang up."""

    def go_down(self) -> None: ...

    def come_up(self) -> None: ...

    def forget_key(self) -> None:
        """Let no call in any more."""

    def be_busy(self, retry_after_s: int) -> None: ...

    def take_time_for_files(self, times: int) -> None:
        """Answer "not yet" so many times after the next request is completed."""
