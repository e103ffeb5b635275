"""Judge a Word document (DOCX) as a package and rebuild it without anything that reaches outside.

What could make a reader fetch or run something is refused where it is content (macros, objects, foreign documents),
and dropped where it is decoration (linked pictures, an attached template).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from b24app.errors import N_, DocumentRefused

MB = 1024 * 1024
PARTS_LIMIT = 200
UNPACKED_LIMIT = 50 * MB
CHUNK = 64 * 1024
_MARKUP = (".xml", ".rels", ".vml")
EPOCH = (1980, 1, 1, 0, 0, 0)

NOT_DOCX = N_("This is not a Word document we can read. Save it as DOCX or as PDF and upload that.")
DAMAGED = N_("The Word document is damaged. Open it, save it again as DOCX, and upload that.")
LOCKED = N_("The Word document is protected by a password. Remove the password and upload it again.")
MACROS = N_("The Word document contains macros, which we do not accept. Save it as DOCX without macros, or as PDF.")
OBJECTS = N_(
    "The Word document contains embedded objects (tables of Excel, other files). Save it as PDF and upload that."
)
FOREIGN = N_("The Word document includes other documents (altChunk). Open it, save it again, and upload that.")
FETCHES = N_("The Word document contains fields that fetch other files (%(what)s). Remove them, or save it as PDF.")
ENTITIES = N_("The Word document defines entities of its own, which none needs and attacks use. Save it again as DOCX.")
BOMB = N_("The Word document unpacks to far more data than a document needs, so we do not open it. Save it as PDF.")

LINKED = N_("links to files elsewhere")

_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE = "urn:schemas-microsoft-com:office:office"
_W = f"{{{_WORD}}}"
_LINKS = etree.XPath(
    "//@r:link | //@r:href | //@o:href | //@o:relid"
    " | //*[local-name() = 'imagedata' or local-name() = 'fill' or local-name() = 'stroke']/@src",
    namespaces={"r": _RELATED, "o": _OFFICE},
)
"""Attributes that lead out of the package; found in one walk of libxml2, for a part has thousands of elements."""

_FETCHING = re.compile(r"\b(INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|DDEAUTO|DDE|LINK|DATABASE|RD)\b", re.IGNORECASE)
_SCHEME = re.compile(r"^\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_WEB = re.compile(r"^\s*(https?:|mailto:)", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def cleaned(data: bytes) -> tuple[bytes, list[str]]:
    """Rebuild the package. Returns it with what was removed, by name. Raises: DocumentRefused."""
    parts = unpacked(data)
    _refuse_kinds(parts)
    removed: set[str] = set()
    for name in [name for name in parts if name.lower().endswith(".svg")]:
        del parts[name]  # a drawing of this kind may link to files; readers fall back to the picture beside it
    for name, content in parts.items():
        if name.endswith(_MARKUP):
            parts[name] = _cleaned_part(name, content, removed)
    return packed(parts), sorted(removed)


def checked(data: bytes) -> dict[str, bytes]:
    """Judge a package without rebuilding it: enough for one that was rebuilt before, and will be before it is opened.

    Returns: its parts, name -> content. Raises: DocumentRefused with reason macros, objects, altchunk, entities,
    bomb, encrypted, malformed or not_docx.
    """
    parts = unpacked(data)
    _refuse_kinds(parts)
    for name, content in parts.items():
        if name.endswith(".rels"):
            _clean_relations(parsed(content), set())
        elif name.endswith(_MARKUP):
            _refuse_entities(content)
    return parts


def unpacked(data: bytes) -> dict[str, bytes]:
    """Read the parts of a package, in small steps, so that a bomb is seen before it has grown."""
    parts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if len(entries) > PARTS_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
                raise _refused(BOMB, "bomb")
            left = UNPACKED_LIMIT
            for entry in entries:
                if entry.flag_bits & 1:
                    raise _refused(LOCKED, "encrypted")
                content = _read(package, entry, left)
                left -= len(content)
                parts[entry.filename.replace("\\", "/").lstrip("/")] = content
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError) as e:
        raise _refused(DAMAGED, "malformed") from e
    if "[Content_Types].xml" not in parts or not any(name.startswith("word/") for name in parts):
        raise _refused(NOT_DOCX, "not_docx")
    return parts


def _read(package: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Read one part; its directory may lie about its size."""
    content = bytearray()
    with package.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            content += chunk
            if len(content) > limit:
                raise _refused(BOMB, "bomb")
    return bytes(content)


def _refuse_kinds(parts: dict[str, bytes]) -> None:
    kinds = parts["[Content_Types].xml"].lower()
    names = [name.lower() for name in parts]
    if b"macroenabled" in kinds or b"vbaproject" in kinds or any("vbaproject" in name for name in names):
        raise _refused(MACROS, "macros")
    if any("/embeddings/" in name or "/activex/" in name or "oleobject" in name for name in names):
        raise _refused(OBJECTS, "objects")


def _cleaned_part(name: str, content: bytes, removed: set[str]) -> bytes:
    root = parsed(content)
    if name.endswith(".rels"):
        _clean_relations(root, removed)
    elif name != "[Content_Types].xml":
        _clean_content(root, removed)
    else:
        _drop(node for node in root.iter(etree.Element) if _is_svg(node))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def parsed(content: bytes) -> Any:
    """Parse one part: UTF-8 or UTF-16, without entities of its own. Raises: DocumentRefused."""
    _refuse_entities(content)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as e:
        raise _refused(DAMAGED, "malformed") from e
    return root


def _refuse_entities(content: bytes) -> None:
    if _DOCTYPE.search(content) or (b"\0" in content and _DOCTYPE.search(content.replace(b"\0", b""))):
        raise _refused(ENTITIES, "entities")


def _clean_relations(root: Any, removed: set[str]) -> None:
    """Keep relations inside the package, and hyperlinks to the web."""
    for relation in list(root.iter(_REL)):
        kind, target = relation.get("Type", ""), relation.get("Target", "")
        if kind.endswith(("/aFChunk", "/altChunk")):
            raise _refused(FOREIGN, "altchunk")
        if kind.endswith(("/oleObject", "/package", "/control")):
            raise _refused(OBJECTS, "objects")
        is_outside = relation.get("TargetMode", "").lower() == "external" or bool(_SCHEME.match(target))
        if kind.endswith("/hyperlink") and (_WEB.match(target) or target.startswith("#")):
            continue
        if is_outside or target.lower().endswith(".svg"):
            root.remove(relation)
            if is_outside:
                removed.add(LINKED)


def _clean_content(root: Any, removed: set[str]) -> None:
    if root.find(f".//{_W}altChunk") is not None:
        raise _refused(FOREIGN, "altchunk")
    _refuse_fetching_fields(root)
    _drop(root.iter(f"{_W}mailMerge", f"{_W}attachedTemplate", f"{_W}subDoc"))
    for link in _LINKS(root):
        del link.getparent().attrib[link.attrname]
        removed.add(LINKED)


def _refuse_fetching_fields(root: Any) -> None:
    """Field codes may be cut into pieces: what stands in one paragraph is read together."""
    if next(root.iter(f"{_W}instrText", f"{_W}delInstrText", f"{_W}fldSimple"), None) is None:
        return
    for paragraph in root.iter(f"{_W}p"):
        codes = "".join(node.text or "" for node in paragraph.iter(f"{_W}instrText", f"{_W}delInstrText"))
        codes += " ".join(node.get(f"{_W}instr", "") for node in paragraph.iter(f"{_W}fldSimple"))
        if found := _FETCHING.search(_without_quotes(codes)):
            raise _refused(FETCHES, "fetches", what=found[1].upper())


def _without_quotes(codes: str) -> str:
    return re.sub(r'"[^"]*"', '""', codes)


def _is_svg(node: Any) -> bool:
    return node.get("Extension", "").lower() == "svg" or node.get("PartName", "").endswith(".svg")


def _drop(unwanted: Iterable[Any]) -> None:
    for node in list(unwanted):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)


def packed(parts: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write a package. `method` of zipfile: ZIP_STORED for one that is read again at once."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as package:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            package.writestr(zipfile.ZipInfo(name, EPOCH), parts[name], method)
    return target.getvalue()


def _refused(message: str, reason: str, **params: str) -> DocumentRefused:
    return DocumentRefused(message, reason=reason, **params)
