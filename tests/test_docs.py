"""What can be set, opened or typed stands in the documentation."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from b24app.cli import _parser
from b24app.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_every_setting_stands_in_the_readme():
    named = set(re.findall(r"^\| `(PARAPH_\w+)`", README, re.MULTILINE))
    assert named == {PREFIX + field.name.upper() for field in dataclasses.fields(Settings)}


def test_every_command_stands_in_the_readme():
    commands = next(action for action in _parser()._actions if action.metavar == "COMMAND").choices
    assert set(re.findall(r"python -m b24app ([\w-]+)", README)) >= set(commands)


def test_pictures_of_the_readme_exist():
    for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path


def test_the_project_speaks_of_itself_alone():
    strangers = re.compile(r"/work/|\bhelper agent|\bsubagent")
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("b24app/**/*.py")]:
        assert not strangers.search(path.read_text()), path
