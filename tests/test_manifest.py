"""manifest.json is the one list, and a wrong one is refused by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from b24app import __version__, create_app
from b24app.errors import ConfigError
from b24app.manifest import PATH, load, manifest, registration_sheet
from b24app.settings import Settings
from b24app.web.i18n import LOCALES


def changed(tmp_path: Path, **values: object) -> Path:
    data = json.loads(PATH.read_text("utf-8")) | values
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


def test_it_tells_the_version_and_the_languages_of_the_application():
    assert manifest().version == __version__
    assert manifest().languages == LOCALES


def test_every_address_in_it_answers_a_link_check(tmp_path):
    client = create_app(Settings(data_dir=str(tmp_path))).test_client()
    it = manifest()
    addresses = {it.application, it.installation, it.event_handler, *(p.handler for p in it.placements)}
    for address in addresses:
        assert client.head(address).status_code == 200, address
        assert client.get(address).status_code == 200, address


def test_the_sheet_names_everything_to_paste():
    sheet = registration_sheet("https://sign.example.com/")
    assert "https://sign.example.com/install\n" in sheet
    assert "crm, placement, user_brief, im, disk\n" in sheet
    assert "department" in sheet
    assert all(f"https://sign.example.com{placement.handler}" in sheet for placement in manifest().placements)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"placements": [{"code": "crm lead", "handler": "/x", "titles": {"en": "A", "uk": "B"}}]}, "crm lead"),
        ({"placements": [{"code": "REST_APP_URI", "handler": "/x", "titles": {"en": "A"}}]}, "REST_APP_URI"),
        ({"placements": [{"code": "REST_APP_URI", "handler": "x", "titles": {"en": "A", "uk": "B"}}]}, "REST_APP_URI"),
        ({"events": ["ONAPPINSTALL", "ONAPPINSTALL"]}, "twice"),
        ({"optional_scopes": {"crm": "everything"}}, "twice"),
        ({"handlers": {"application": "/"}}, "installation"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, values, what):
    with pytest.raises(ConfigError, match=what):
        load(changed(tmp_path, **values))


def test_what_is_no_manifest_is_refused(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text("[]")
    with pytest.raises(ConfigError):
        load(path)
