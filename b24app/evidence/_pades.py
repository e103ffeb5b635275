"""PAdES signing by pyHanko. Loads pyHanko: import it only inside functions that seal."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import find_inherited_value_in_tree
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from b24app.evidence._validation import certificates
from b24app.evidence.authority import Authority, SigningKey
from b24app.evidence.boxes import SealBox

DIGEST = "sha256"
FIELD_NAME = "Seal"

REFUSALS = (SigningError, PdfError, ValueError, RecursionError, LookupError, TypeError, AttributeError)
"""What pyHanko raises about a document it cannot seal."""


class KeptKeySigner(Signer):
    """Sign with a key that was parsed once; pyHanko's SimpleSigner parses and checks it at each signature."""

    def __init__(self, authority: Authority) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple(certificates(authority.root_pem + authority.chain_pem))
        super().__init__(signing_cert=certificates(authority.leaf_pem)[0], cert_registry=registry)
        self._key = authority.signing_key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != DIGEST:
            raise ValueError(f"seals use {DIGEST} only")
        return bytes(_longest_signature(self._key)) if dry_run else _sign(self._key, data)


@dataclass(frozen=True)
class SealOrder:
    """What one seal says. `appearance` is a one-page PDF as large as `box`; both or neither.

    `certify`: nothing may change afterwards (DocMDP P=1); only the first signature of a file may say so.
    """

    reason: str
    location: str
    contact: str
    moment: datetime
    box: SealBox | None = None
    appearance: bytes = b""
    certify: bool = True
    field_name: str = FIELD_NAME


class _DatedPdfSigner(PdfSigner):
    """Put the given moment into the seal; pyHanko itself would read the clock."""

    def __init__(self, *args: Any, moment: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._moment = moment

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._moment
        return session


def sign(pdf: bytes, signer: Signer, order: SealOrder, reserved: int) -> bytes:
    """Add one signature in a new revision. `reserved` is the container's size in hex digits. Raises: REFUSALS."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    output = BytesIO()
    meta = PdfSignatureMetadata(
        field_name=order.field_name,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        reason=order.reason or None,
        location=order.location or None,
        contact_info=order.contact or None,
        certify=order.certify,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    field = _field(writer.prev, order)
    pdf_signer = _DatedPdfSigner(meta, signer, moment=order.moment, stamp_style=_style(order), new_field_spec=field)
    pdf_signer.sign_pdf(writer, bytes_reserved=reserved, output=output)
    return output.getvalue()


def container_size(signer: Signer) -> int:
    """Measure how many hex digits the signature container takes, with a quarter to spare; it is the same each time."""
    dry = signer.async_sign(
        hashlib.sha256().digest(),
        DIGEST,
        dry_run=True,
        use_pades=True,
        signed_attr_settings=PdfCMSSignedAttributes(),
    )
    length = len(asyncio.run(dry).dump())
    return 2 * (length + length // 4)


def _field(reader: PdfFileReader, order: SealOrder) -> SigFieldSpec:
    box = order.box
    if box is None:
        return SigFieldSpec(order.field_name)
    height = _upright_page_height(reader, box.page - 1)
    top = height - box.y_pt
    corners: Any = (box.x_pt, top - box.h_pt, box.x_pt + box.w_pt, top)  # pyHanko asks for int and takes float
    return SigFieldSpec(
        order.field_name, on_page=box.page - 1, box=corners, readable_field_name="Seal of the organisation"
    )


def _upright_page_height(reader: PdfFileReader, page: int) -> float:
    """Read a page's height in points. Raises: ValueError for pages other than those we make, turned or shifted."""
    found = reader.find_page_for_modification(page)[0].get_object()
    edges = find_inherited_value_in_tree(found, "/MediaBox", "/Parent")
    turn = find_inherited_value_in_tree(found, "/Rotate", "/Parent")
    if not edges or float(edges[0]) or float(edges[1]) or (turn and int(turn) % 360) or "/CropBox" in found:
        raise ValueError("a visible seal needs an upright page")
    return float(edges[3])


def _sign(key: SigningKey, data: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA256()))
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _longest_signature(key: SigningKey) -> int:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return 2 * ((key.key_size + 7) // 8) + 9
    return key.key_size // 8


def _style(order: SealOrder) -> StaticStampStyle | None:
    if not order.box:
        return None
    edge_to_edge = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID)
    picture = _Picture(order.appearance)
    return StaticStampStyle(0, background=picture, background_layout=edge_to_edge, background_opacity=1)


class _Picture(ImportedPdfPage):
    """pyHanko's imported page, from bytes instead of a file."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__("")
        self._pdf = pdf

    def render(self) -> bytes:
        form = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf)))
        self.resources.xobject["/SealPicture"] = form
        left, bottom, right, top = (float(edge) for edge in form.get_object()["/BBox"])
        self.box = BoxConstraints(width=right - left, height=top - bottom)
        return b"/SealPicture Do"
