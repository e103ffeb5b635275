"""The organisation's seal over a finished document: PAdES B-B, certified so that nothing may change afterwards.

pyHanko is loaded at the first seal, so this module may be imported anywhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from b24app.errors import N_, DocumentRefused, InvalidPayload
from b24app.evidence.authority import Authority
from b24app.evidence.boxes import SealBox
from b24app.evidence.seal_picture import SealText, draw_seal
from b24app.evidence.verdict import State, Verdict, judge
from b24app.evidence.verify import verify

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate

    from b24app.evidence._pades import KeptKeySigner, SealOrder


def _not_on_top() -> DocumentRefused:
    return DocumentRefused(
        N_("The signatures in this document leave no room for a seal. Seal a separate certificate for it."),
        reason="detached",
    )


@dataclass(frozen=True)
class Sealed:
    """A sealed file and the SHA-256 of its bytes, hexadecimal."""

    pdf: bytes
    sha256: str


class Sealer:
    """Seal documents with one authority. Keep it: key, certificates and container size are worked out once."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority

    def seal(
        self,
        pdf: bytes,
        *,
        reason: str,
        now: datetime,
        location: str = "",
        seal_box: SealBox | None = None,
        verification_url: str = "",
        locale: str = "en",
    ) -> Sealed:
        """Seal a document, check the result as a stranger would, and return it.

        `now` is printed into the seal. `verification_url` ends in `/v/<id>` and is kept in /ContactInfo, the place
        for "how to verify" (ISO 32000-1, table 252), under the seal. Without `seal_box` the seal is invisible.
        Raises: InvalidPayload when the certificate is not valid at `now`; DocumentRefused(reason="unsealable") when
        the document cannot take the seal (signed already, encrypted, damaged) and reason="seal_imperfect" when the
        check afterwards is anything but perfect. Nothing half-done is ever returned.
        """
        self._require_valid_certificate(now)
        order = self._order(reason, location, verification_url, now)
        if seal_box is not None:
            order = self._visible(order, seal_box, locale)
        sealed = self._sign(pdf, order)
        return self._checked(sealed, now)

    def seal_over(
        self, pdf: bytes, *, reason: str, now: datetime, location: str = "", verification_url: str = ""
    ) -> Sealed:
        """Seal a file that others signed, without touching their signatures: one invisible approval seal on top.

        The file is checked in the guarded child first. Raises: InvalidPayload as `seal`; DocumentRefused with
        reason "detached" when the signatures there do not hold or do not allow another: then put the file's digest
        into a certificate page and seal that instead.
        Source: facts/documents.md, section 6, "Seal on a PDF already signed".
        """
        self._require_valid_certificate(now)
        if verify(pdf, (), now).state not in (State.UNKNOWN_ISSUER, State.NOT_SEALED):
            raise _not_on_top()
        name = f"Seal-{hashlib.sha256(pdf).hexdigest()[:8]}"
        order = replace(self._order(reason, location, verification_url, now), certify=False, field_name=name)
        try:
            return self._checked(self._sign(pdf, order), now)
        except DocumentRefused as e:
            raise _not_on_top() from e

    def _require_valid_certificate(self, now: datetime) -> None:
        leaf = self.authority.leaf
        if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
            raise InvalidPayload(N_("The sealing certificate is not valid at this moment. Replace it in the settings."))

    def _order(self, reason: str, location: str, contact: str, now: datetime) -> SealOrder:
        from b24app.evidence._pades import SealOrder

        return SealOrder(reason, location, contact, now)

    def _visible(self, order: SealOrder, box: SealBox, locale: str) -> SealOrder:
        text = SealText(self.authority.organisation, order.moment, order.reason, locale, box.w_pt, box.h_pt)
        return replace(order, box=box, appearance=draw_seal(text))

    def _sign(self, pdf: bytes, order: SealOrder) -> bytes:
        from b24app.evidence import _pades

        try:
            return _pades.sign(pdf, self._signer, order, self._reserved)
        except _pades.REFUSALS as e:
            raise DocumentRefused(
                N_("The document could not be sealed. It is signed already, locked or damaged."), reason="unsealable"
            ) from e

    def _checked(self, sealed: bytes, now: datetime) -> Sealed:
        sha256 = hashlib.sha256(sealed).hexdigest()
        verdict = self._examine(sealed, sha256, now)
        if not verdict.is_ours:
            raise DocumentRefused(
                N_("The seal did not pass its own check. Nothing was stored."), reason="seal_imperfect"
            )
        return Sealed(sealed, sha256)

    def _examine(self, sealed: bytes, sha256: str, now: datetime) -> Verdict:
        from b24app.evidence import _validation

        try:
            return judge(sha256, _validation.examine(sealed, self._roots, now))
        except _validation.Unreadable as e:
            raise DocumentRefused(
                N_("The seal did not pass its own check. Nothing was stored."), reason="seal_imperfect"
            ) from e

    @cached_property
    def _signer(self) -> KeptKeySigner:
        from b24app.evidence._pades import KeptKeySigner

        return KeptKeySigner(self.authority)

    @cached_property
    def _reserved(self) -> int:
        from b24app.evidence._pades import container_size

        return container_size(self._signer)

    @cached_property
    def _roots(self) -> list[Certificate]:
        from b24app.evidence._validation import certificates

        return certificates(self.authority.root_pem)
