"""Examine the signatures of a PDF with pyHanko. Loads pyHanko: import it only where a PDF is being checked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from b24app.evidence.verdict import SealInfo


def _is_no_finding(record: logging.LogRecord) -> bool:
    """Leave out what `SealInfo` tells: a certificate that leads to nobody we trust, as every service's does.

    pyHanko logs it with its owner's name and a traceback. Its own troubles stay.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, PathError | ValidationError)


logging.getLogger("pyhanko.sign.validation.generic_cms").addFilter(_is_no_finding)


class Unreadable(Exception):
    """The file is no PDF that can be examined."""


def examine(pdf: bytes, roots: Sequence[Certificate], at: datetime) -> list[SealInfo]:
    """Judge every signature of a PDF as of `at`, in the order they were made.

    Raises: Unreadable for a file pyHanko cannot follow. A signature it cannot follow is reported as not intact.
    Source: facts/documents.md section 7. Nothing is fetched from the network.
    """
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = list(reader.embedded_signatures)
        return [_examine_one(signature, roots, at) for signature in signatures]
    except (PdfError, ValueError, RecursionError, LookupError, TypeError, AttributeError, OSError) as e:
        raise Unreadable(type(e).__name__) from e


def certificates(pems: bytes) -> list[Certificate]:
    """Read every certificate of a PEM file into the form that pyHanko takes."""
    return [Certificate.load(der) for _, _, der in pem.unarmor(pems, multiple=True)] if pems.strip() else []


def _examine_one(signature: EmbeddedPdfSignature, roots: Sequence[Certificate], at: datetime) -> SealInfo:
    try:
        return _judged(signature, ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=at))
    except (SignatureValidationError, PdfError, ValueError, LookupError, TypeError) as e:
        return SealInfo(field_name=str(signature.field_name), problem=type(e).__name__)


def _judged(signature: EmbeddedPdfSignature, context: ValidationContext) -> SealInfo:
    is_timestamp = signature.sig_object.get("/Type") == "/DocTimeStamp"
    check: Any = validate_pdf_timestamp if is_timestamp else validate_pdf_signature
    status = check(signature, context)
    level = status.modification_level
    return SealInfo(
        field_name=str(signature.field_name),
        is_timestamp=is_timestamp,
        intact=bool(status.intact),
        valid=bool(status.valid),
        trusted=bool(status.trusted),
        bottom_line=bool(status.bottom_line),
        docmdp_ok=bool(status.docmdp_ok),
        coverage=status.coverage.name if status.coverage else "",
        modification_level=level.name if level is not None else "",
        timestamp=is_timestamp or getattr(status, "timestamp_validity", None) is not None,
        signed_at=_claimed_moment(signature),
        signer_name=_name(status.signing_cert),
        reason=_text(signature, "/Reason"),
        contact=_text(signature, "/ContactInfo"),
        problem="" if status.bottom_line else status.summary(),
    )


def _name(certificate: Certificate) -> str:
    """Name a certificate's subject; a common name that is only a shortened organisation gives way to the whole."""
    subject = certificate.subject.native
    common, organisation = str(subject.get("common_name") or ""), str(subject.get("organization_name") or "")
    return organisation if organisation.startswith(common) else common


def _claimed_moment(signature: EmbeddedPdfSignature) -> datetime | None:
    moment: Any = signature.self_reported_timestamp
    return moment if isinstance(moment, datetime) and moment.tzinfo else None


def _text(signature: EmbeddedPdfSignature, key: str) -> str:
    return str(signature.sig_object.get(key, ""))
