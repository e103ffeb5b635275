"""What checking a PDF found, and how findings become one answer. Pure: the rules of facts/documents.md section 7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from b24app.errors import N_


class State(StrEnum):
    SEALED_BY_US = "sealed_by_us"
    CHANGED = "changed"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_SEALED = "not_sealed"
    MALFORMED = "malformed"


SENTENCES: Mapping[State, str] = {
    State.SEALED_BY_US: N_("This document was sealed here and has not been changed since."),
    State.CHANGED: N_("This document was changed after it was sealed. Ask the sender for the original file."),
    State.UNKNOWN_ISSUER: N_(
        "This document has not been changed since it was sealed, but the seal was not made here. Check who made it."
    ),
    State.NOT_SEALED: N_("This document carries no seal, so nothing can be said about changes."),
    State.MALFORMED: N_("This file cannot be read as a PDF. It is damaged, locked or of another kind."),
}

ENTIRE_FILE = "ENTIRE_FILE"
ENTIRE_REVISION = "ENTIRE_REVISION"
_HARMLESS_LATER = frozenset({"NONE", "LTA_UPDATES", "FORM_FILLING"})


@dataclass(frozen=True)
class SealInfo:
    """One signature as pyHanko judged it. Names of `coverage` and `modification_level` are pyHanko's own.

    `intact`: its bytes are unchanged. `valid`: the signature fits its certificate. `trusted`: the certificate is one
    of ours. `bottom_line` is pyHanko's verdict on all of it, which ignores bytes appended to the file.
    `signed_at` is what the seal says (proven only by `timestamp`), `signer_name` what its certificate says.
    """

    field_name: str
    is_timestamp: bool = False
    intact: bool = False
    valid: bool = False
    trusted: bool = False
    bottom_line: bool = False
    docmdp_ok: bool = False
    coverage: str = ""
    modification_level: str = ""
    timestamp: bool = False
    signed_at: datetime | None = None
    signer_name: str = ""
    reason: str = ""
    contact: str = ""
    problem: str = ""

    def is_sound(self, *, last: bool) -> bool:
        """Say whether the bytes it sealed, and the file around them, are what they were."""
        return self.intact and self.valid and self.docmdp_ok and (self.closes_file if last else self.fits_below)

    @property
    def closes_file(self) -> bool:
        """Nothing follows it, or only validation data that belongs to it (levels B-LT and B-LTA)."""
        extended = self.coverage == ENTIRE_REVISION and self.modification_level == "LTA_UPDATES"
        return self.coverage == ENTIRE_FILE or extended

    @property
    def fits_below(self) -> bool:
        """A later seal may follow it, but no other change of the document."""
        return self.coverage in (ENTIRE_FILE, ENTIRE_REVISION) and self.modification_level in _HARMLESS_LATER

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "signed_at": self.signed_at and self.signed_at.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SealInfo:
        moment = data["signed_at"]
        return cls(**{**data, "signed_at": moment and datetime.fromisoformat(moment)})


@dataclass(frozen=True)
class Verdict:
    """The answer to "is this file what was sealed?".

    `sha256` is the digest of the file as given, hexadecimal. `signed_at`, `signer_name` and `verification_id` come
    from the last seal; believe them only when `state` is sealed_by_us. `sentence` is a gettext key.
    """

    state: State
    sha256: str
    signed_at: datetime | None = None
    signer_name: str = ""
    verification_id: str = ""
    seals: tuple[SealInfo, ...] = ()

    @property
    def sentence(self) -> str:
        return SENTENCES[self.state]

    @property
    def is_ours(self) -> bool:
        return self.state is State.SEALED_BY_US


def judge(sha256: str, seals: Sequence[SealInfo]) -> Verdict:
    """Turn findings, in the order the seals were made, into one answer."""
    people = [seal for seal in seals if not seal.is_timestamp]
    if not people:
        return Verdict(State.NOT_SEALED, sha256, seals=tuple(seals))
    last = people[-1]
    verdict = Verdict(
        _state(seals, last), sha256, last.signed_at, last.signer_name, id_of_contact(last.contact), tuple(seals)
    )
    return verdict if last.intact else replace(verdict, signed_at=None)


def id_of_contact(contact: str) -> str:
    """Read our verification id out of a seal's contact address: the last step of its path."""
    _, marker, found = contact.rpartition("/v/")
    return found.strip() if marker else ""


def _state(seals: Sequence[SealInfo], last: SealInfo) -> State:
    if not all(seal.is_sound(last=seal is seals[-1] or seal is last) for seal in seals):
        return State.CHANGED
    return State.SEALED_BY_US if last.trusted and last.bottom_line else State.UNKNOWN_ISSUER
