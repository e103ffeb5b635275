"""What can be set, opened or typed stands in the documentation."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

from b24app.cli import _parser
from b24app.documents.jobs.template_tree import grow
from b24app.documents.templates.docx import inspect_docx
from b24app.manifest import manifest
from b24app.outbox.turn import LEASE_MS
from b24app.settings import PREFIX, SECRETS, Settings
from b24app.store import database, heartbeat
from tests.bench.__main__ import ALONE, ON_STAGE
from tests.documents.hostile_docx import template
from tests.portal_room import open_room

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def test_every_setting_stands_in_the_readme():
    named = set(re.findall(r"^\| `(PARAPH_\w+)`", README, re.MULTILINE))
    assert named == {PREFIX + field.name.upper() for field in dataclasses.fields(Settings)}


def test_every_permission_stands_in_the_operators_page_with_what_it_is_for():
    [section] = re.findall(r"^## Permissions in Bitrix24\n(.+?)^## ", OPERATIONS, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
    assert named == {*manifest().scopes, *manifest().optional_scopes}


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


def test_every_part_of_the_bench_stands_there_and_no_other():
    parts = re.search(r"^\| part \| figure.*?\n\n", OPERATIONS, re.MULTILINE | re.DOTALL)
    assert parts
    assert set(re.findall(r"^\| `(\w+)`", parts[0], re.MULTILINE)) == {*ON_STAGE, *ALONE}


def test_every_event_named_there_is_written_somewhere():
    source = "".join(path.read_text() for path in (ROOT / "b24app").rglob("*.py"))
    [events] = re.findall(r"Events worth knowing: (.+?)\.\n", OPERATIONS, re.DOTALL)
    for event in re.findall(r"`(\w+)`", events):
        assert re.search(rf'log\.\w+\(\s*"{event}"', source), event


def test_every_command_of_the_operators_page_can_be_typed():
    typed = re.findall(r"python -m b24app ([^\n`|#]+)", OPERATIONS)
    assert len(typed) > 20
    for words in typed:
        assert _parser().parse_args(shlex.split(words)).run, words


def test_every_setting_of_the_operators_page_exists():
    names = {PREFIX + field.name.upper() for field in dataclasses.fields(Settings)}
    files = {f"{PREFIX}{name}_FILE" for name in SECRETS}
    compose_only = {"PARAPH_HOST"}
    assert set(re.findall(r"PARAPH_[A-Z_]+[A-Z]", OPERATIONS)) <= names | files | compose_only


def test_services_run_commands_there_are_and_may_end_what_they_began():
    units = re.findall(r"```ini\n(.*?)```", OPERATIONS, re.DOTALL)
    times = {}
    for unit in units:
        command = re.search(r"^ExecStart=\S+ -m b24app (.+)$", unit, re.MULTILINE)[1]
        assert _parser().parse_args(shlex.split(command)).run
        times[command] = int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1])
    graceful_s = int(re.search(r'"graceful_timeout": (\d+)', (ROOT / "b24app/serving.py").read_text())[1])
    assert times["serve"] > graceful_s
    assert times["worker"] * 1000 > max(LEASE_MS.values())


def test_what_the_page_about_templates_writes_can_be_written():
    page = (ROOT / "docs" / "templates.md").read_text().replace("\\|", "|").partition("## Word files")[0]
    written = [*re.findall(r"`(\{\{.*?\}\}[^`]*)`", page), *re.findall(r"```\n(.*?)```", page, re.DOTALL)]
    assert len(written) > 10
    for text in written:
        closed = text + ("{{/each}}" if text.startswith("{{#each") and "{{/each}}" not in text else "")
        assert grow(closed, None, {}).problems == [], text


def test_what_it_says_of_word_files_can_be_written_there():
    page = (ROOT / "docs" / "templates.md").read_text().replace("\\|", "|").partition("## Word files")[2]
    written = [text for text in re.findall(r"`(\{[{%][^`]*)`", page) if not text.startswith("{%p")]
    outline = inspect_docx(template(*written))
    assert (len(written) >= 8, outline.problems, outline.signers) == (True, (), ("1", "2"))
    assert {"card.title", "contact.post", "company.title", "products.rows", "card.UF_CRM_X"} == set(outline.paths)
