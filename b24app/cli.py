"""The command line: every command of `commands`, run with the settings of the environment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from peewee import OperationalError

from b24app import settings as settings_module
from b24app.commands import Command, documents, keeping, registering, running, watching
from b24app.errors import AppError, Unavailable
from b24app.store.database import is_full


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 when it did not, 2 for words we do not know."""
    arguments = _parser().parse_args(argv)
    command: Command = arguments.run
    try:
        return command(arguments, settings_module.load())
    except AppError as error:
        print(error, file=sys.stderr)
    except OperationalError as error:
        print(Unavailable.disk() if is_full(error) else Unavailable.database(), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m b24app", description="E-signature that lives inside Bitrix24.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for kind in (running, registering, documents, keeping, watching):
        kind.register(commands)
    return parser
