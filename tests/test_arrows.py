"""Arrows point one way: doors -> services -> adapters -> domain (docs/architecture.md). A wrong import fails here."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEAVES = {"errors", "clock"}
ADAPTERS = {"store", "bitrix", "providers", "documents", "evidence", "letters", "outbox", "archive"}
DOORS = {"web", "placement_handlers", "cli", "commands", "serving", "doctor", "demo", "__main__"}

MAY_IMPORT = {
    "domain": LEAVES,
    "store": LEAVES | {"domain"},
    "bitrix": LEAVES,
    "documents": LEAVES | {"domain", "blob_url"},
    "letters": LEAVES,
    "evidence": LEAVES | {"domain", "documents"},
    "outbox": LEAVES | {"domain", "store"},
    "archive": LEAVES,
    "providers": LEAVES | {"domain"},
    "providers.builtin": LEAVES | {"domain", "providers", "documents", "letters"},
    "services": LEAVES | ADAPTERS | {"domain", "settings", "manifest"},
    "migrations": {"domain"},  # pure functions only: the words written must be those that searches ask for
    "sandbox": set(),
    "settings": LEAVES | {"blob_url"},
    "blob_url": LEAVES,
    "manifest": LEAVES,
    "logs": set(),
    "metrics": LEAVES | {"domain", "store"},
    "errors": set(),
    "clock": set(),
}
MAY_IMPORT |= {
    door: LEAVES
    | ADAPTERS
    | DOORS
    | {"domain", "services", "settings", "manifest", "wiring", "sandbox", "logs", "metrics"}
    for door in DOORS
}
MAY_IMPORT["wiring"] = set(MAY_IMPORT) | {"wiring"}
MAY_IMPORT["web"] -= {"wiring", "cli", "commands", "sandbox", "letters", "evidence", "outbox", "archive"}
MAY_IMPORT["placement_handlers"] = MAY_IMPORT["web"]
PACKAGE_ITSELF = {"b24app"}  # __version__, ROOT, create_app


def room_of(module: str) -> str:
    """Name the room of a module: the first package below b24app, with builtin on its own."""
    parts = module.split(".")
    if parts[0] == "placement_handlers":
        return "placement_handlers"
    if parts[1:3] == ["providers", "builtin"]:
        return "providers.builtin"
    return parts[1] if len(parts) > 1 else "b24app"


def sources() -> Iterator[tuple[str, Path]]:
    for top in ("b24app", "placement_handlers"):
        for path in (ROOT / top).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield module, path


def imports(path: Path) -> Iterator[str]:
    """List imported modules, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [alias.name for alias in node.names]
            yield from (f"{node.module}.{name}" if node.module == "b24app" else node.module for name in names)


def own(module: str) -> bool:
    return module.split(".")[0] in ("b24app", "placement_handlers")


@pytest.mark.parametrize(
    ("module", "path"), sorted(sources()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_imports_follow_the_arrows(module, path):
    room = room_of(module)
    if room == "b24app":  # the package itself: the application factory
        return
    for imported in filter(own, imports(path)):
        target = (
            "b24app" if imported in ("b24app.ROOT", "b24app.__version__", "b24app.create_app") else room_of(imported)
        )
        allowed = MAY_IMPORT[room] | {room} | (PACKAGE_ITSELF if room != "domain" else set())
        assert target in allowed, f"{module} imports {imported}: {room} must not use {target}"


def test_a_wrong_arrow_is_noticed(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from b24app.services.record import apply\n    return apply\n")
    assert [room_of(name) for name in imports(wrong)] == ["services"]
    assert "services" not in MAY_IMPORT["store"]


def test_the_sandbox_uses_only_flask_and_small_things():
    small = {"flask", "werkzeug", "requests", "aiosmtpd", "jinja2", "markupsafe", "b24app", "__future__", "_typeshed"}
    special = {
        "b24app.sandbox.esign.paper.": {"pikepdf", "pypdfium2", "typst", "pyhanko", "cryptography"},
        "b24app.sandbox.docusign.auth.assertions": {"cryptography"},
    }
    for module, path in sources():
        if room_of(module) == "sandbox":
            allowed = small | next((libraries for room, libraries in special.items() if module.startswith(room)), set())
            for imported in imports(path):
                top = imported.split(".")[0]
                assert top in allowed or top in _standard_library(), f"{module} imports {imported}"


def test_the_sandbox_loads_pdf_libraries_only_when_needed():
    heavy = {"pikepdf", "pyhanko", "typst", "pypdfium2", "cryptography"}
    script = f"import sys, b24app.sandbox.world; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def _standard_library() -> frozenset[str]:
    return sys.stdlib_module_names
