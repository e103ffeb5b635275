"""The commands, a module for each kind; heavy parts are imported when a command runs. `cli` puts them together."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from b24app.errors import ConfigError
from b24app.settings import Settings

Commands = argparse._SubParsersAction
Command = Callable[[argparse.Namespace, Settings], int]


def add(commands: Commands, name: str, run: Command, words: str) -> argparse.ArgumentParser:
    """Add a command that is run with its arguments and the settings, and answers with the exit status."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    return parser


def read(path: Path) -> bytes:
    """Raises: ConfigError naming the file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError("%(path)s cannot be read: %(why)s.", path=path, why=error.strerror) from error
