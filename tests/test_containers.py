"""Dockerfile and compose.yaml name only what there is: commands, settings, files, secrets, paths, times that fit."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from b24app import create_app
from b24app.cli import _parser
from b24app.outbox.turn import LEASE_MS
from b24app.settings import PREFIX, SECRETS, Settings, load
from tests.command_line import environment

ROOT = Path(__file__).parent.parent
DOCKERFILE = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SERVING = (ROOT / "b24app/serving.py").read_text()
POSTGRES_CONNECTIONS = 100 - 3  # its own default, less those kept for its administrator


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} (.+)$", DOCKERFILE, re.MULTILINE)


def seconds(span: str) -> int:
    found = re.fullmatch(r"(\d+)s", span)
    assert found
    return int(found[1])


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found, pattern
    return int(found[1])


def test_there_are_two_web_servers_three_workers_a_database_and_an_object_store():
    assert {name: service.get("deploy", {}).get("replicas", 1) for name, service in SERVICES.items()} == {
        "proxy": 1, "web": 2, "worker": 3, "migrate": 1, "postgres": 1, "minio": 1,
    }  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_every_service_of_ours_runs_a_command_there_is(name):
    assert _parser().parse_args(OURS[name]["command"]).run


@pytest.mark.parametrize("name", OURS)
def test_every_setting_exists_and_secrets_come_from_the_files_that_are_mounted(name):
    service = OURS[name]
    known = {PREFIX + field.upper() for field in Settings.__dataclass_fields__}
    files = {key: value for key, value in service["environment"].items() if key.endswith("_FILE")}
    assert set(service["environment"]) - set(files) <= known
    assert {key.removeprefix(PREFIX).removesuffix("_FILE") for key in files} <= SECRETS
    assert sorted(files.values()) == sorted(f"/run/secrets/{secret}" for secret in service["secrets"])


def test_the_settings_of_a_container_are_accepted(tmp_path):
    """With a host and a sender filled in, and secrets of the forms that the head of the file names."""
    head = (ROOT / "compose.yaml").read_text().partition("\nname:")[0]
    examples = {
        "database_url": re.search(r"(postgresql://\S+)", head)[1],
        "blob_url": re.search(r"(file:///\S+),", head)[1],
        "smtp_url": re.search(r"(smtp://\S+)", head)[1],
        "secret_keys": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    }
    for name, text in examples.items():
        (tmp_path / name).write_text(text + "\n")
    environ = {key: filled(value, tmp_path) for key, value in OURS["web"]["environment"].items()}
    settings = load(environ)
    assert (settings.database, settings.queue) == (examples["database_url"], examples["database_url"])
    assert (settings.public_url, settings.proxies) == ("https://sign.example.com", 1)


def filled(value: str, secrets: Path) -> str:
    value = re.sub(r"\$\{PARAPH_HOST:\?[^}]+\}", "sign.example.com", value)
    value = re.sub(r"\$\{PARAPH_MAIL_FROM:\?[^}]+\}", "Example <signatures@example.com>", value)
    assert "$" not in value
    return value.replace("/run/secrets", str(secrets))


def test_what_is_mounted_is_declared():
    for service in SERVICES.values():
        volumes = {mount.partition(":")[0] for mount in service.get("volumes", [])}
        assert volumes <= set(COMPOSE["volumes"])
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_every_secret_is_explained_and_never_in_the_repository():
    head = (ROOT / "compose.yaml").read_text().partition("\nname:")[0]
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"secrets/{name}"}
        assert f"secrets/{name} " in head
    assert "secrets/" in (ROOT / ".gitignore").read_text().split()


def test_nothing_starts_before_what_it_needs():
    assert OURS["web"]["depends_on"] == OURS["worker"]["depends_on"]
    for service in SERVICES.values():
        for name, needed in service.get("depends_on", {}).items():
            other = SERVICES[name]
            if needed["condition"] == "service_healthy":
                assert "healthcheck" in other or ("build" in other and instructions("HEALTHCHECK"))
            else:
                assert (needed["condition"], other["restart"]) == ("service_completed_successfully", "no")


def test_what_has_begun_may_end_before_it_is_killed():
    assert seconds(OURS["web"]["stop_grace_period"]) > number(r'"graceful_timeout": (\d+)', SERVING)
    assert seconds(OURS["worker"]["stop_grace_period"]) > max(LEASE_MS.values()) / 1000


def test_the_database_has_connections_enough_for_all_of_them():
    """A thread each; and each process one or two for hints, a worker's takers of hints and its figures some more."""
    web, worker = (_parser().parse_args(OURS[name]["command"]) for name in ("web", "worker"))
    threads = number(r'"threads": (\d+)', SERVING)
    of_web = OURS["web"]["deploy"]["replicas"] * web.workers * (threads + 2)
    of_workers = OURS["worker"]["deploy"]["replicas"] * (worker.threads + 7)
    assert of_web + of_workers <= POSTGRES_CONNECTIONS


def test_containers_of_ours_run_without_privileges():
    assert instructions("USER") == ["10001:10001"]
    for service in OURS.values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_all_but_the_one_that_migrates_start_again():
    restarts = {name: service["restart"] for name, service in SERVICES.items()}
    assert {name for name, restart in restarts.items() if restart != "unless-stopped"} == {"migrate"}


def test_the_image_installs_what_is_pinned_by_hash():
    assert [run for run in instructions("RUN") if "pip install" in run and "--require-hashes" in run]
    assert all("pip install" not in run or "--require-hashes" in run for run in instructions("RUN"))


def test_the_image_holds_everything_that_runs_fonts_included():
    copied = [shlex.split(copy)[:-1] for copy in instructions("COPY") if "--from" not in copy]
    sources = {source for names in copied for source in names}
    assert all((ROOT / source).exists() for source in sources)
    assert sources == {
        "requirements.txt",
        "LICENSE",
        "manifest.json",
        "b24app",
        "placement_handlers",
        "static",
        "templates",
    }
    assert list((ROOT / "static/fonts").rglob("*.ttf"))
    passed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert passed == sources


def test_what_the_image_holds_is_enough_to_set_a_page(tmp_path):
    (tmp_path / "image").mkdir()
    for source in {source for copy in instructions("COPY") for source in shlex.split(copy)[:-1] if "--" not in source}:
        place = tmp_path / "image" / source
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / source).exists():
            shutil.copy(ROOT / source, place)
    command = [sys.executable, "-m", "b24app", "doctor"]
    settings = environment(tmp_path / "data", SMTP_URL="smtp://127.0.0.1:9", OAUTH_URL="http://127.0.0.1:9")
    done = subprocess.run(command, cwd=tmp_path / "image", env=settings, capture_output=True, text=True, timeout=120)
    assert "ok   documents: a test page was set" in done.stdout


def test_the_images_python_is_one_the_project_runs_on():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert {name.partition(" ")[0] for name in instructions("FROM")} == {f"python:{wanted}-slim"}


def test_the_image_serves_where_its_health_is_asked(tmp_path):
    [environment] = [dict(part.split("=", 1) for part in shlex.split(line)) for line in instructions("ENV")]
    settings = load({key: value for key, value in environment.items() if key.startswith(PREFIX)})
    port = settings.bind.rpartition(":")[2]
    [health] = instructions("HEALTHCHECK")
    path = re.search(rf"http://127\.0\.0\.1:{port}(/\w+)'", health)[1]
    assert instructions("EXPOSE") == [port]
    assert OURS["web"]["expose"] == [port]
    assert SERVICES["proxy"]["command"][-1] == f"web:{port}"
    assert create_app(Settings(data_dir=str(tmp_path))).test_client().get(path).status_code == 200


def test_a_workers_health_is_asked_where_it_tells_it():
    bind = OURS["worker"]["environment"]["PARAPH_METRICS_BIND"]
    assert f"http://{bind}/metrics" in OURS["worker"]["healthcheck"]["test"][-1]
    assert "PARAPH_METRICS_TOKEN" not in OURS["worker"]["environment"]  # with one, it would be asked for


def test_the_image_runs_commands_there_are():
    [entry], [command] = instructions("ENTRYPOINT"), instructions("CMD")
    assert entry == '["python", "-m", "b24app"]'
    assert _parser().parse_args(yaml.safe_load(command)).run
