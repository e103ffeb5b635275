"""What can be done to a signature request: one frozen value an act, handed to transitions.decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from b24app.domain.reminders import Reminders


@dataclass(frozen=True)
class Send:
    """`files`: what the document was put together from, in order: title, sha256, first_page, pages."""

    by: int
    document_sha256: str
    files: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Invite:
    """The provider took the request over: the first turn begins."""


@dataclass(frozen=True)
class RecordLetter:
    """The mail server accepted a letter: a mark in the trail. A late one moves the days on which he is reminded."""

    signer_id: str
    kind: str = "invitation"
    letter: str = ""  # the key of the message that caused it: a letter that is in the trail is not written again
    begun: int = 0  # how long the trail was when it was handed to the mail server; 0: it may have been earlier, too


@dataclass(frozen=True)
class View:
    signer_id: str
    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Consent:
    signer_id: str
    text_sha256: str
    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Correct:
    """The signer corrects how he himself is called."""

    signer_id: str
    name: str
    company: str


@dataclass(frozen=True)
class Sign:
    signer_id: str
    values_sha256: str
    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Decline:
    signer_id: str
    reason: str
    ip: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Bounce:
    signer_id: str
    detail: str = ""


@dataclass(frozen=True)
class ChangeSigner:
    signer_id: str
    name: str
    email: str
    by: int


@dataclass(frozen=True)
class ChangeCopy:
    """Correct the address of one who only gets the finished document."""

    copy_id: str
    email: str
    by: int


@dataclass(frozen=True)
class Remind:
    """Write again. `by`: the employee who asked for it, None when its day has come. `press`: the event of a pressed
    button, which counts once."""

    signer_id: str
    by: int | None = None
    press: str = ""


@dataclass(frozen=True)
class ChangeDeadline:
    expires_at: datetime
    by: int


@dataclass(frozen=True)
class ChangeReminders:
    reminders: Reminders
    by: int


@dataclass(frozen=True)
class Approve:
    by: int
    values_sha256: str


@dataclass(frozen=True)
class Refuse:
    by: int
    reason: str


@dataclass(frozen=True)
class Void:
    by: int
    reason: str


@dataclass(frozen=True)
class Expire:
    pass


@dataclass(frozen=True)
class Seal:
    """The final file exists."""

    document_sha256: str


@dataclass(frozen=True)
class Fail:
    reason: str


@dataclass(frozen=True)
class Retry:
    by: int


@dataclass(frozen=True)
class Difference:
    """One property as it was, and as it is now: in the card, or `now` as a signer entered it."""

    path: str
    label: str
    was: str
    now: str

    def data(self) -> dict[str, str]:
        return {"path": self.path, "label": self.label, "was": self.was, "now": self.now}


@dataclass(frozen=True)
class NoteDrift:
    """What the document prints was changed in the card while it is out."""

    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class NoteConflict:
    """What signers entered was not written into the card: it had been changed there. `was` is the card's value."""

    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class SettleConflict:
    """An employee had a signer's entry written into the card after all."""

    by: int
    difference: Difference


@dataclass(frozen=True)
class SendThrough:
    """Send what no signing service has taken through another one; `former` and `service` are their names for people."""

    by: int
    former: str
    service: str
    is_external: bool
    is_test: bool
    can_remind: bool


@dataclass(frozen=True)
class Told:
    """What a signing provider tells about something that happened on its own pages.

    `at` is by its clock and only kept beside our own date; `name` and `email` are those it knows the signer by.
    """

    provider: str
    at: datetime | None = None
    ip: str = ""
    name: str = ""
    email: str = ""

    def data(self) -> Mapping[str, str]:
        """Write it as plain values for the audit trail, without what is not known."""
        known = {"provider": self.provider, "provider_at": self.at.isoformat() if self.at else "", "ip": self.ip}
        names = {"provider_name": self.name, "provider_email": self.email}
        return {key: value for key, value in {**known, **names}.items() if value}


@dataclass(frozen=True)
class ReportView:
    """A signer opened the document at the provider."""

    signer_id: str
    told: Told


@dataclass(frozen=True)
class ReportSign:
    """A signer signed at the provider, which keeps turns and consent itself."""

    signer_id: str
    told: Told


@dataclass(frozen=True)
class ReportDecline:
    """A signer declined at the provider, which may not ask for a reason."""

    signer_id: str
    reason: str
    told: Told


@dataclass(frozen=True)
class ReportBounce:
    """The provider's letter to a signer came back."""

    signer_id: str
    detail: str
    told: Told


@dataclass(frozen=True)
class ReportExpiry:
    """The provider's deadline passed."""

    told: Told


@dataclass(frozen=True)
class ReportCancel:
    """The request is over at the provider: at our wish, or at somebody's who uses the account there."""

    reason: str
    told: Told


@dataclass(frozen=True)
class ReportFailure:
    """The provider took the request and could not send it: what there was of it counts no more."""

    reason: str
    told: Told


Act = (
    Send | Invite | RecordLetter | View | Consent | Correct | Sign | Decline | Bounce | ChangeSigner | ChangeCopy
    | Remind | ChangeDeadline | ChangeReminders | Approve | Refuse | Void | Expire | Seal | Fail | Retry | SendThrough
    | NoteDrift | NoteConflict | SettleConflict
    | ReportView | ReportSign | ReportDecline | ReportBounce | ReportExpiry | ReportCancel | ReportFailure
)  # fmt: skip
