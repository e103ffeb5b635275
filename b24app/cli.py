"""The command line: serve, worker, demo, migrate, doctor, apps, manifest, verify, seal, rest-log."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from b24app import settings as settings_module
from b24app.errors import AppError, ConfigError
from b24app.settings import Settings

Command = Callable[[argparse.Namespace, Settings], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 when it did not, 2 for words we do not know."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.run
    try:
        return command(arguments, settings_module.load())
    except AppError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m b24app", description="E-signature that lives inside Bitrix24.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "serve", _serve, "serve pages and webhooks (gunicorn)").add_argument(
        "--workers", type=int, default=2
    )
    _add(commands, "worker", _worker, "work the outbox: letters, timeline, seals").add_argument(
        "--threads", type=int, default=32, help="how many portals are served at once"
    )
    demo = _add(commands, "demo", _demo, "run everything with a Bitrix24 in small; prints one address")
    demo.add_argument("--port", type=int, default=8700, help="the application's port; the sandbox takes 100 above")
    _add(commands, "migrate", _migrate, "bring the database's schema up to date")
    _add(commands, "doctor", _doctor, "check settings, database, queue, mail, clock")
    apps = _add(commands, "apps", _apps, "local applications: each portal's own client_id and secret")
    apps.add_argument("what", choices=("add", "list"))
    apps.add_argument("client_id", nargs="?")
    _add(commands, "manifest", _manifest, "print what to paste when registering").add_argument("url")
    verify = _add(commands, "verify", _verify, "say whether a PDF is sealed and unchanged, without a network")
    verify.add_argument("file", type=Path)
    verify.add_argument("--root", type=Path, action="append", default=[], help="a root certificate (PEM) to trust")
    seal = _add(commands, "seal", _seal, "seal a PDF with a portal's key")
    seal.add_argument("file", type=Path)
    seal.add_argument("--portal", required=True, help="the portal's member_id")
    seal.add_argument("--out", type=Path, required=True)
    rest_log = _add(commands, "rest-log", _rest_log, "print what was asked of Bitrix24 in the last three days")
    rest_log.add_argument("--portal", default="", help="the portal's member_id")
    rest_log.add_argument("--since", type=_ago, default="3d", metavar="AGO", help="30m, 2h or 3d (all there is)")
    rest_log.add_argument("--method", default="*", help="such as crm.*; a batch fits when one of its steps does")
    rest_log.add_argument("--errors", action="store_true", help="only what was refused or failed")
    return parser


def _ago(words: str) -> timedelta:
    """Read 30m, 2h or 3d."""
    found = re.fullmatch(r"(\d{1,4})([mhd])", words)
    if not found:
        raise argparse.ArgumentTypeError(f"{words!r} is not like 30m, 2h or 3d")
    return timedelta(minutes=int(found[1]) * {"m": 1, "h": 60, "d": 1440}[found[2]])


def _add(commands: argparse._SubParsersAction, name: str, run: Command, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    return parser


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.serving import serve

    serve(settings, workers=arguments.workers)
    return 0


def _worker(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.metrics.listener import listen
    from b24app.wiring import wire, wire_worker

    ctx = wire(settings, shares_figures=True)
    if settings.metrics_bind:
        listen(ctx.metrics, settings.metrics_token, settings.metrics_bind)
    wire_worker(ctx).run_forever(threads=arguments.threads)
    return 0


def _demo(arguments: argparse.Namespace, _settings: Settings) -> int:
    from b24app.demo import run_demo

    return run_demo(arguments.port)


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.store import database, migrate

    database.connect(settings.database)
    applied = migrate.migrate()
    print("\n".join(f"applied {name}" for name in applied) or "The schema is up to date.")
    return 0


def _doctor(_arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.doctor import examine

    findings = list(examine(settings))
    for finding in findings:
        print(f"{'ok  ' if finding.is_good else 'BAD '} {finding.what}: {finding.words}")
    return 0 if all(finding.is_good for finding in findings) else 1


def _apps(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.register_application import list_applications, register_application
    from b24app.wiring import wire

    ctx = wire(settings)
    if arguments.what == "list":
        print("\n".join(list_applications(ctx)) or "No local application is registered.")
        return 0
    if not arguments.client_id:
        raise ConfigError("Name the client_id: python -m b24app apps add local.5f...")
    secret = getpass.getpass("client_secret: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    register_application(ctx, arguments.client_id, secret)
    print(f"{arguments.client_id} is registered.")
    return 0


def _manifest(arguments: argparse.Namespace, _settings: Settings) -> int:
    from b24app.manifest import registration_sheet

    print(registration_sheet(arguments.url))
    return 0


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.evidence.verify import State, verify

    pdf = _read(arguments.file)
    verdict = verify(pdf, [_read(path) for path in arguments.root] or _own_roots(settings))
    print(f"{verdict.state}: {verdict.sentence}")
    print(f"SHA-256 {verdict.sha256}")
    if verdict.signed_at:
        print(f"sealed {verdict.signed_at.isoformat(timespec='seconds')} by {verdict.signer_name}")
    return 0 if verdict.state is State.SEALED_BY_US else 1


def _seal(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.services.seal_document import seal_file
    from b24app.wiring import wire

    sealed = seal_file(wire(settings), arguments.portal, _read(arguments.file), arguments.file.name)
    arguments.out.write_bytes(sealed.pdf)
    print(f"{arguments.out}: SHA-256 {sealed.sha256}")
    return 0


def _rest_log(arguments: argparse.Namespace, settings: Settings) -> int:
    from b24app.bitrix.rest_log import Wanted, read
    from b24app.clock import utc_now

    wanted = Wanted(utc_now() - arguments.since, arguments.portal, arguments.method, arguments.errors)
    try:
        for line in read(settings.rest_log, wanted):
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _own_roots(settings: Settings) -> list[bytes]:
    from b24app.store import authorities, database, migrate

    database.connect(settings.database)
    migrate.migrate()
    with database.reading():
        return [pem.encode() for pem in authorities.roots()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror) from error
