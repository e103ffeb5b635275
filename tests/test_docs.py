"""What can be set, opened or typed stands in the documentation."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from b24app.cli import _parser
from b24app.settings import PREFIX, Settings
from b24app.store import database, heartbeat
from tests.portal_room import open_room

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


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


def test_every_figure_stands_in_the_operators_page_and_no_other(tmp_path):
    ctx = open_room(tmp_path)
    with database.writing():
        heartbeat.beat(ctx.now())
    told = set(re.findall(r"^# TYPE (\w+)", ctx.metrics().decode(), re.MULTILINE))
    named = {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"paraph_\w+", OPERATIONS)}
    assert named == told


def test_every_event_named_there_is_written_somewhere():
    source = "".join(path.read_text() for path in (ROOT / "b24app").rglob("*.py"))
    [events] = re.findall(r"Events worth knowing: (.+?)\.\n", OPERATIONS, re.DOTALL)
    for event in re.findall(r"`(\w+)`", events):
        assert re.search(rf'log\.\w+\(\s*"{event}"', source), event
