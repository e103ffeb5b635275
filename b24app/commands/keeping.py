"""Keep what is stored and move it: export, import, forget, backup, relock."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from b24app.commands import Commands, add, read
from b24app.settings import Settings, parse_keys

if TYPE_CHECKING:
    from b24app.archive.manifest import Manifest
    from b24app.services.import_portal import Imported


def register(commands: Commands) -> None:
    export = add(commands, "export", _export, "write everything of a portal into one archive")
    export.add_argument("--portal", required=True, metavar="MEMBER_ID", help="the portal's member_id")
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    export.add_argument("--allow-lost", action="store_true", help="even if stored files are gone or damaged")
    take = add(commands, "import", _import, "take a portal in from an archive, whole or not at all")
    take.add_argument("file", type=Path)
    take.add_argument("--check", action="store_true", help="only look the archive over; write nothing")
    take.add_argument("--replace", action="store_true", help="delete what is here of the portal first")
    take.add_argument("--old-keys-file", type=Path, help="the PARAPH_SECRET_KEYS of the installation that wrote it")
    forget = add(commands, "forget", _forget, "delete a portal that has moved away; nobody is told")
    forget.add_argument("file", type=Path, help="the archive it was moved with: it must hold all there is here")
    backup = add(commands, "backup", _backup, "copy the SQLite database, and the files it names, while work goes on")
    backup.add_argument("target", type=Path, help="a directory for database and files, or a new file for the database")
    add(commands, "relock", _relock, "lock every stored secret with the newest key, so that older ones can go")


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.export_portal import export_portal
    from b24app.wiring import wire

    done = export_portal(wire(settings), arguments.portal, arguments.out, allow_lost=arguments.allow_lost)
    print(f"{arguments.out}: {_contents(done.manifest)}, {done.bytes / 1e6:.1f} MB.")
    if done.manifest.lost:
        print(f"{len(done.manifest.lost)} stored files were gone or damaged; manifest.json names them.")
    if done.unreadable:
        words = "secrets open with none of PARAPH_SECRET_KEYS here, nor will they elsewhere."
        print(f"{done.unreadable} {words}", file=sys.stderr)
    return 1 if done.unreadable else 0


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.import_portal import import_portal
    from b24app.wiring import wire

    old_keys = parse_keys(read(arguments.old_keys_file).decode()) if arguments.old_keys_file else []
    done = import_portal(
        wire(settings), arguments.file, replace=arguments.replace, old_keys=old_keys, only_check=arguments.check
    )
    print(f"{'The archive is whole' if arguments.check else 'Imported'}: {_contents(done.manifest)}.")
    _warn(done)
    return 0


def _forget(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.forget_portal import forget_portal
    from b24app.wiring import wire

    print(f"Deleted here: {_contents(forget_portal(wire(settings), arguments.file))}.")
    return 0


def _backup(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.back_up import back_up
    from b24app.wiring import wire

    done = back_up(wire(settings), arguments.target)
    print(f"{done.database}: {done.bytes / 1e6:.1f} MB, whole; {done.files} files with it, {done.copied} of them new.")
    if done.lost:
        print(f"{done.lost} stored files are gone or damaged: restore them from an earlier back-up.", file=sys.stderr)
    return 1 if done.lost else 0


def _relock(_arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.relock_secrets import relock_secrets
    from b24app.wiring import wire

    done = relock_secrets(wire(settings))
    print(f"{done.done} rows had secrets under an older key; they are under the newest now.")
    if done.unreadable:
        print(
            f"{done.unreadable} secrets open with none of PARAPH_SECRET_KEYS: find the key they need.", file=sys.stderr
        )
    return 1 if done.unreadable else 0


def _contents(manifest: Manifest) -> str:
    requests = manifest.tables["request"].rows if "request" in manifest.tables else 0
    rows = sum(entry.rows for entry in manifest.tables.values())
    return (
        f"portal {manifest.portal} ({manifest.domain}) of {manifest.written_at}, schema {manifest.schema}: "
        f"{requests} requests, {rows} rows, {manifest.files.count} files"
    )


def _warn(done: Imported) -> None:
    if not done.has_secret:
        print(f"Its client_id {done.client_id} has no secret here yet: set PARAPH_CLIENT_ID and PARAPH_CLIENT_SECRET.")
    if done.manifest.lost:
        print(f"{len(done.manifest.lost)} stored files were lost before it was written; manifest.json names them.")
    if done.unreadable:
        print(f"{done.unreadable} secrets open with none of the keys; they did not in the old place either.")
