"""How a provider is listed and opened: light until a worker needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from b24app.clock import Clock
from b24app.errors import N_
from b24app.providers.base import Letters, Order, Problem, Provider
from b24app.providers.capabilities import APPROVER_SIGNS, Auth, Capabilities


class Limiter(Protocol):
    """The account's bucket of calls, shared by all processes."""

    def take(self, *, heavy: bool = False) -> None:
        """Take one before every HTTP call. Raises: RATE_LIMITED with the time to wait, when that is long."""


class Keys(Protocol):
    """The secrets of one connection, where a room trades an old token for a fresh one."""

    def renew(
        self, stale: Mapping[str, str], trade: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Mapping[str, str]:
        """Return secrets other than `stale`: those that somebody else has put there meanwhile, else what `trade` makes.

        One process at a time trades; what it got is kept before anybody uses it. An error of `trade` passes, and
        nothing is changed then.
        """


@dataclass(frozen=True)
class Account:
    """One connection, unlocked: what a room is opened with. `settings` are the connection's own (test mode, host).

    After a person's consent on the provider's page `secrets` holds what came back, under CODE, STATE and RETURN_TO,
    beside what the administrator entered: the room trades it with its first call, by `Keys.renew`.
    """

    connection: str
    secrets: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, object] = field(default_factory=dict)


CODE = "code"
STATE = "state"  # as it was given to `begin`: some want it again beside the code
RETURN_TO = "return_to"


@dataclass(frozen=True)
class Means:
    """What the house lends to a room: its clock, its bucket of calls, its mail, the place of its keys."""

    now: Clock
    limiter: Limiter
    letters: Letters
    keys: Keys


@dataclass(frozen=True)
class Question:
    """One thing an administrator enters when he connects an account; texts are gettext keys.

    Secrets are kept locked and never shown again; other answers are the connection's `settings`. `choices` (value ->
    text): pick one. `is_long`: several lines, such as a PEM key. Answers are text; a tick box (`is_tick`) is True or
    False in settings. `needs` names another question of the same way in: unless that one is ticked or filled in, the
    tick is off, and `lacks` says so beside it.
    """

    name: str
    label: str
    hint: str = ""
    is_secret: bool = False
    is_required: bool = True
    is_long: bool = False
    is_tick: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""
    lacks: str = ""


def ask_for_approver(label: str, *, needs: str = "", lacks: str = "") -> Question:
    """Ask whether whoever approves signs at the provider as the last signer; `Capabilities.approver_signs` says it."""
    hint = N_(
        "As the last signatory, from within Bitrix24, instead of approving the document in Paraph. Bitrix24 has to "
        "tell his e-mail address for that: give the application the permission user_basic."
    )
    return Question(APPROVER_SIGNS, label, hint, is_required=False, is_tick=True, needs=needs, lacks=lacks)


Begin = Callable[[Mapping[str, str], Mapping[str, object], str, str], str]


@dataclass(frozen=True)
class WayIn:
    """One way to connect an account. `hint` says in a sentence for whom it is.

    `begin(secrets, settings, state, return_to)` makes the address of the provider's own page, where a person agrees and
    comes back to `return_to?state=...&code=...`; None where nobody has to. For Auth.JWT it is offered when the room has
    said CONSENT_NEEDED, and the code that comes back is worth nothing.
    """

    auth: Auth
    title: str
    hint: str
    questions: tuple[Question, ...]
    begin: Begin | None = None


@dataclass(frozen=True)
class Room:
    """A provider as it is listed: light, known to the web process too. `open` alone loads its SDK, in the worker.

    `name` stands in tables and code, `title` is what people read. `capabilities` answers for a connection's settings,
    without a network; `settings["auth"]` is the way in that was taken (an `Auth`). `ways_in`: the first is proposed.
    `pages`: the https origins that a signer's frame needs, for a signing page opened inside ours. `problems`: what does
    not fit beyond what capabilities tell, for pages to say before sending; the room's `validate` says it too.
    `fixed`: question -> answer, for those on which documents that are out depend: while there are any, such an answer
    is not changed for another.
    """

    name: str
    title: str
    capabilities: Callable[[Mapping[str, object]], Capabilities]
    open: Callable[[Account, Means], Provider]
    ways_in: tuple[WayIn, ...] = ()
    pages: Callable[[Mapping[str, object]], tuple[str, ...]] = lambda _settings: ()
    problems: Callable[[Order], Iterable[Problem]] = lambda _order: ()
    fixed: Callable[[Mapping[str, object]], Mapping[str, object]] = lambda _settings: {}
