"""Run the application and see that it can run: serve, worker, demo, migrate, doctor."""

from __future__ import annotations

import argparse

from b24app.commands import Commands, add
from b24app.settings import Settings


def register(commands: Commands) -> None:
    serve = add(commands, "serve", _serve, "serve pages and webhooks (gunicorn)")
    serve.add_argument("--workers", type=int, default=2)
    worker = add(commands, "worker", _worker, "work the outbox: letters, timeline, seals")
    worker.add_argument("--threads", type=int, default=32, help="how many portals are served at once")
    demo = add(commands, "demo", _demo, "run everything with a Bitrix24 in small; prints one address")
    demo.add_argument("--port", type=int, default=8700, help="the application's port; the sandbox takes 100 above")
    add(commands, "migrate", _migrate, "bring the database's schema up to date")
    add(commands, "doctor", _doctor, "check settings, database, queue, mail, clock")


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
