"""Single documents, without a portal's card: verify, seal."""

from __future__ import annotations

import argparse
from pathlib import Path

from b24app.commands import Commands, add, read
from b24app.settings import Settings


def register(commands: Commands) -> None:
    verify = add(commands, "verify", _verify, "say whether a PDF is sealed and unchanged, without a network")
    verify.add_argument("file", type=Path)
    verify.add_argument("--root", type=Path, action="append", default=[], help="a root certificate (PEM) to trust")
    seal = add(commands, "seal", _seal, "seal a PDF with a portal's key")
    seal.add_argument("file", type=Path)
    seal.add_argument("--portal", required=True, help="the portal's member_id")
    seal.add_argument("--out", type=Path, required=True)


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.evidence.verify import State, verify

    pdf = read(arguments.file)
    verdict = verify(pdf, [read(path) for path in arguments.root] or _own_roots(settings))
    print(f"{verdict.state}: {verdict.sentence}")
    print(f"SHA-256 {verdict.sha256}")
    if verdict.signed_at:
        print(f"sealed {verdict.signed_at.isoformat(timespec='seconds')} by {verdict.signer_name}")
    return 0 if verdict.state is State.SEALED_BY_US else 1


def _seal(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.seal_document import seal_file
    from b24app.wiring import wire

    sealed = seal_file(wire(settings), arguments.portal, read(arguments.file), arguments.file.name)
    arguments.out.write_bytes(sealed.pdf)
    print(f"{arguments.out}: SHA-256 {sealed.sha256}")
    return 0


def _own_roots(settings: Settings) -> list[bytes]:
    from b24app.store import authorities, database, migrate

    database.connect(settings.database)
    migrate.migrate()
    with database.reading():
        return [pem.encode() for pem in authorities.roots()]
