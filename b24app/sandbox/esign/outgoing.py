"""Events on their way out: the ordered troubles of delivery, repeats, and a record of everything tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from b24app.sandbox.esign.service import SigningService

SPEED = 300.0  # how much faster repeats come than the vendor's


@dataclass(frozen=True)
class Delivery:
    """One POST that was tried. `status` 0 = nobody answered; `accepted`: answered as the service wants it."""

    event: str
    url: str
    status: int
    accepted: bool
    attempt: int
    payload: dict[str, Any]
    at: float


@dataclass(frozen=True)
class Parcel:
    """One event for one address. `tries`: how often it may be posted in all; `keys`: what signs it."""

    event: str
    url: str
    payload: dict[str, Any]
    tries: int
    keys: tuple[str, ...] = ()


Send = Callable[[Parcel, int], tuple[int, bool]]


class Outgoing:
    """`send(parcel, attempt)` posts once and says (status, accepted); `retries_s` are the vendor's pauses."""

    def __init__(self, service: SigningService, send: Send, retries_s: Sequence[float]) -> None:
        self._service, self._send, self._retries_s = service, send, retries_s
        self.deliveries: list[Delivery] = []
        self.speed = SPEED
        self._held: list[Parcel] = []

    def queue(self, parcel: Parcel) -> None:
        """Deliver, unless a trouble was ordered: lost, twice, late, after the next one."""
        faults, event = self._service.faults, parcel.event
        if faults.take("lost_event", event):
            return
        if faults.take("reordered_event", event):
            self._held.append(parcel)
            return
        late = faults.take("late_event", event)
        copies = 2 if faults.take("duplicate_event", event) else 1
        for _ in range(copies):
            self.post(parcel, delay_s=float(late.get("delay_s", 2)) if late else 0.0)
        held, self._held = self._held, []
        for earlier in held:
            self.post(earlier)

    def post(self, parcel: Parcel, *, attempt: int = 1, delay_s: float = 0.0) -> None:
        """Queue one POST, past all troubles; settle() does not wait for what is put off."""
        self._service.mail_room.later(delay_s, lambda: self._deliver(parcel, attempt), patient=delay_s > 0)

    def _deliver(self, parcel: Parcel, attempt: int) -> None:
        status, accepted = self._send(parcel, attempt)
        moment = self._service.clock.now()
        self.deliveries.append(Delivery(parcel.event, parcel.url, status, accepted, attempt, parcel.payload, moment))
        if not accepted and attempt < parcel.tries and attempt <= len(self._retries_s):
            self.post(parcel, attempt=attempt + 1, delay_s=self._retries_s[attempt - 1] / self.speed)
