"""Accounts at signing services in the settings: connected, tried, changed, taken away; rules about which one signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from b24app.domain.choosing import UPLOAD, Rule
from b24app.services.signing_rules import rules_of
from tests.office import ANNA, VERA, Office
from tests.providers.example.service import KEY
from tests.web.services_stage import AT, GIVEN, Services, address, only, services_stage

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def stage(office: Office) -> Iterator[Services]:
    with services_stage(office) as made:
        yield made


@pytest.fixture
def services(stage: Services) -> Services:
    stage.forget()
    return stage


def test_settings_lead_there_and_nothing_is_connected_yet(services: Services):
    settings = services.office.launch("/").post("/settings/", plain=True)
    assert settings.has("services")
    page = services.page()
    assert (page.has("no-connections"), page.has("rules")) == (True, False)
    assert re.findall(r'value="example/(\w+)"', page.text) == ["api_key", "oauth_code", "jwt"]
    assert 'value="builtin/' not in page.text


def test_an_account_is_connected_by_the_providers_own_questions(services: Services):
    asked = services.page().post(f"{AT}/new", {"way": "example/api_key"}, plain=True)
    assert re.findall(r'data-question="(\w+)"', asked.text) == ["key", "hook_key", "test"]
    page = asked.post(f"{AT}/add", GIVEN, plain=True)
    assert (page.has("done"), page.has("connection-health"), "Being checked" in page.text) == (True, True, True)
    services.office.work()
    shown = page.post(f"{AT}/{only(page)}")
    assert 'data-health="ok"' in shown.text
    for words in ("office@example.test", "Small", "Our account", "Example Sign"):
        assert words in shown.text
    assert "keep-fresh" not in shown.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"q-key": " "}, "q-key"), ({"q-hook_key": "x" * 1001}, "q-hook_key")],
)
def test_a_mistake_is_told_at_its_question_and_no_secret_comes_back(services: Services, changes, field):
    page = services.page().post(f"{AT}/add", {**GIVEN, **changes}, plain=True)
    assert page.status == 400
    assert f'id="problem-{field}-1"' in page.text
    assert 'value="Our account"' in page.text
    assert (KEY in page.text, "x" * 99 in page.text) == (False, False)
    assert services.page().has("no-connections")


def test_a_choice_and_a_long_answer_are_asked_as_such(services: Services):
    asked = services.page().post(f"{AT}/new", {"way": "example/jwt"}, plain=True)
    assert '<option value="us">America</option>' in asked.text
    given = {"way": "example/jwt", "q-key": "-----BEGIN\r\nKEY-----", "q-hook_key": "h", "q-region": "moon"}
    refused = asked.post(f"{AT}/add", given, plain=True)
    assert (refused.status, 'id="problem-q-region-1"' in refused.text, "BEGIN" in refused.text) == (400, True, False)


@pytest.mark.parametrize("way", ["", "example", "example/none", "builtin/none", "unheard/api_key"])
def test_what_is_not_offered_cannot_be_connected(services: Services, way):
    page = services.page()
    assert page.post(f"{AT}/new", {"way": way}, plain=True).status == 404
    assert page.post(f"{AT}/add", {**GIVEN, "way": way}, plain=True).status == 404


def test_a_wrong_key_is_told_with_what_to_do_and_tested_again_when_mended(services: Services):
    services.service.keys = {"another"}
    connection = services.connect()
    page = services.page()
    assert ('data-health="reconnect"' in page.text, page.has("connection-advice")) == (True, True)
    assert "no longer lets Paraph in" in page.text
    services.service.keys = {KEY}
    assert "Being checked" in page.post(f"{AT}/{connection}/test").text
    services.office.work()
    assert 'data-health="ok"' in services.page().text


def test_what_the_account_is_refused_is_told_and_not_tried_for_ever(services: Services):
    services.service.faults.add("http_error", method="me", status=403, word="forbidden")
    connection = services.connect()
    page = services.page()
    assert ('data-health="limited"' in page.text, "is not allowed to do this" in page.text) == (True, True)
    assert not page.post("/troubles/", plain=True).has("trouble")
    assert services.row(connection).health == "limited"


def test_a_service_that_is_down_says_so_and_is_tried_again_by_itself(services: Services):
    services.service.down()
    services.connect()
    services.service.up()
    page = services.page()
    assert ('data-health="down"' in page.text, "keep-fresh" in page.text) == (True, False)


def test_keys_are_changed_without_being_shown_and_an_empty_one_stays(services: Services):
    connection = services.connect(test=True)
    services.service.keys = {"newer"}
    form = services.page().post(f"{AT}/{connection}/keys", plain=True)
    assert (KEY in form.text, "example-hook-key" in form.text) == (False, False)
    assert re.search(r'name="q-test" value="1" checked', form.text)
    page = form.post(f"{AT}/{connection}/keys", {"save": "1", "q-key": "newer", "q-hook_key": ""}, plain=True)
    assert page.has("done")
    services.office.work()
    row = services.row(connection)
    assert (row.health, row.settings["test"], row.settings["auth"]) == ("ok", False, "api_key")


def test_two_accounts_that_are_called_alike_are_numbered(services: Services):
    page = services.page()
    for _ in range(3):
        page = page.post(f"{AT}/add", GIVEN, plain=True)
    assert re.findall(r'class="service__name">([^<]+)', page.text) == ["Our account", "Our account 2", "Our account 3"]


def test_test_mode_is_marked(services: Services):
    services.connect(test=True)
    assert services.page().has("test-mode")


def test_it_is_renamed_and_a_hostile_name_is_text(services: Services):
    connection = services.connect()
    page = services.page().post(f"{AT}/{connection}/rename", {"name": HOSTILE})
    assert (page.has("connection"), "<script>alert" in page.text) == (True, False)
    assert "<script>alert" not in services.page().text
    refused = services.page().post(f"{AT}/{connection}/rename", {"name": "  "})
    assert (refused.status, refused.response.get_json()["field"]) == (400, "name")


def test_it_is_removed_with_its_rules_but_not_while_documents_are_out(services: Services):
    connection = services.connect()
    services.rule(Rule(connection), Rule("", locale="uk"), default=connection)
    services.office.send(77, user=ANNA, connection=connection)
    services.office.work()
    page = services.page()
    assert ("1 document is still being signed" in page.text, page.has("remove")) == (True, False)
    refused = page.post(f"{AT}/{connection}/remove")
    assert (refused.status, "1 documents are still" in refused.response.get_json()["error"]) == (409, True)
    services.service.desk.refuse(services.service.only(), services.service.only().people[0].mail, "No")
    deliver(services)
    assert services.page().post(f"{AT}/{connection}/remove", plain=True).has("no-connections")
    assert [rule.locale for rule in rules_of(services.portal).rules] == ["uk"]
    assert rules_of(services.portal).default == ""


def test_what_it_cannot_do_is_said_in_words(services: Services):
    services.connect()
    page = services.page()
    assert page.has("cannot")
    for words in ("It has no such fields: Initials", "At most 7 people", "at most 90 days", "its own letter"):
        assert words in page.text


def test_employees_and_strangers_are_kept_out(services: Services):
    connection = services.connect(is_tried=False)
    anna = services.office.launch("/", user=ANNA)
    paths = ("/", "/new", "/add", "/rules", *(f"/{connection}{act}" for act in ("", "/test", "/keys", "/remove")))
    for path in paths:
        assert anna.post(AT + path, GIVEN).status == 409, path
        assert services.office.client.post(AT + path).status_code in (400, 403), path
    vera = services.office.launch("/", user=VERA, portal="globex")
    for act in ("", "/test", "/keys", "/rename", "/remove"):
        assert vera.post(f"{AT}/{connection}{act}", {"name": "x"}).status == 404, act


# -- a person's consent on the provider's page ---------------------------------------------------------------------

CONSENT = {"way": "example/oauth_code", "q-client": "our-client", "q-hook_key": "example-hook-key"}


def begun(services: Services) -> str:
    """Enter what is asked; returns the address of our link to the provider's page."""
    page = services.page().post(f"{AT}/add", CONSENT, plain=True)
    assert ('data-health="consent"' in page.text, "on-return" in page.text) == (True, True)
    return address(page)


def sent_to(services: Services, link: str) -> str:
    answer = services.office.client.get(urlsplit(link).path)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def came_back(services: Services, where: str):
    parts = urlsplit(where)
    return services.office.client.get(f"{parts.path}?{parts.query}")


def test_the_address_to_register_is_shown_and_the_person_goes_there(services: Services):
    asked = services.page().post(f"{AT}/new", {"way": "example/oauth_code"}, plain=True)
    assert "http://localhost:8700/example/oauth</code>" in asked.text
    there = sent_to(services, begun(services))
    told = dict(parse_qsl(urlsplit(there).query))
    assert there.startswith(services.service.url)
    assert (told["client"], told["back"]) == ("our-client", "http://localhost:8700/example/oauth")


def test_after_a_consent_the_code_is_traded_and_the_account_works(services: Services):
    there = sent_to(services, begun(services))
    end = came_back(services, services.service.agree(there))
    assert (end.status_code, 'data-testid="consent-end"' in end.text) == (200, True)
    assert "frame-ancestors 'none'" in end.headers["Content-Security-Policy"]
    services.office.work()
    page = services.page()
    assert ('data-health="ok"' in page.text, page.has("consent")) == (True, False)


def test_a_state_is_good_once(services: Services):
    back = services.service.agree(sent_to(services, begun(services)))
    assert [came_back(services, back).status_code for _ in range(2)] == [200, 403]


def test_a_state_of_an_earlier_going_is_worth_nothing(services: Services):
    link = begun(services)
    earlier = services.service.agree(sent_to(services, link))
    later = services.service.agree(sent_to(services, link))
    assert came_back(services, earlier).status_code == 403
    assert came_back(services, later).status_code == 200


@pytest.mark.parametrize("query", ["", "code=x", "state=forged&code=x", "state=&code="])
def test_a_forged_state_is_refused(services: Services, query):
    begun(services)
    assert services.office.client.get(f"/example/oauth?{query}").status_code == 403


def test_a_link_is_no_state_and_a_state_no_link(services: Services):
    link = begun(services)
    state = dict(parse_qsl(urlsplit(sent_to(services, link)).query))["state"]
    token = link.rpartition("/")[2]
    assert services.office.client.get(f"/example/oauth?state={token}&code=x").status_code == 403
    assert services.office.client.get(f"/example/oauth/begin/{state}").status_code == 403


def test_another_services_door_does_not_take_it(services: Services):
    there = sent_to(services, begun(services))
    query = urlsplit(services.service.agree(there)).query
    assert services.office.client.get(f"/dropbox-sign/oauth?{query}").status_code == 404
    assert services.office.client.get(f"/nobody/oauth?{query}").status_code == 404


def test_link_and_state_run_out(services: Services, monkeypatch):
    link = begun(services)
    back = services.service.agree(sent_to(services, link))
    now = services.office.ctx.now
    late(services, monkeypatch, lambda: now() + timedelta(minutes=16))
    assert came_back(services, back).status_code == 403
    late(services, monkeypatch, lambda: now() + timedelta(minutes=61))
    assert services.office.client.get(urlsplit(link).path).status_code == 403


def test_a_person_who_does_not_agree_connects_nothing(services: Services):
    there = sent_to(services, begun(services))
    state = dict(parse_qsl(urlsplit(there).query))["state"]
    end = services.office.client.get(f"/example/oauth?state={state}&error=access_denied")
    assert (end.status_code, "Nothing was connected" in end.text) == (200, True)
    assert services.page().has("consent")


def test_of_an_account_that_was_removed_meanwhile_no_code_is_kept(services: Services):
    back = services.service.agree(sent_to(services, begun(services)))
    page = services.page()
    page.post(f"{AT}/{only(page)}/remove")
    assert came_back(services, back).status_code == 404


def test_an_assertion_that_needs_consent_offers_the_page_and_is_tried_again(services: Services):
    services.service.faults.add("http_error", method="me", status=403, word="no_consent")
    given = {"way": "example/jwt", "q-key": KEY, "q-hook_key": "example-hook-key", "q-region": "eu"}
    services.page().post(f"{AT}/add", given, plain=True)
    services.office.work()
    page = services.page()
    assert ("wants a person’s consent" in page.text, page.has("consent")) == (True, True)
    there = sent_to(services, address(page))
    assert came_back(services, services.service.agree(there)).status_code == 200
    services.office.work()
    assert 'data-health="ok"' in services.page().text


# -- rules ----------------------------------------------------------------------------------------------------------

BLANK = {"rule_template": [""], "rule_type": ["0"], "rule_locale": [""], "rule_from": [""], "rule_to": [""]}


def test_rules_are_added_moved_removed_and_kept(services: Services):
    connection = services.connect(is_tried=False)
    page = services.page().post(f"{AT}/rules", {"act": "add", "default": "", "may_choose": "1"}, plain=True)
    assert (page.count("rule"), page.has("rules-unsaved"), rules_of(services.portal).rules) == (1, True, ())
    two = {
        "rule_template": [UPLOAD, ""], "rule_type": ["2", "0"], "rule_locale": ["", "uk"],
        "rule_from": ["10 000,50", ""], "rule_to": ["", ""], "rule_connection": [connection, ""], "default": "",
    }  # fmt: skip
    page = page.post(f"{AT}/rules", {**two, "act": "down-0"}, plain=True)
    assert page.text.index('value="uk" lang="uk" selected') < page.text.index('value="10000.50"')
    kept = page.post(f"{AT}/rules", {**two, "act": "save"}, plain=True)
    assert (kept.has("rules-done"), kept.has("rules-unsaved")) == (True, False)
    rules = rules_of(services.portal)
    assert [rule.connection for rule in rules.rules] == [connection, ""]
    assert (str(rules.rules[0].amount_from), rules.rules[0].entity_type_id, rules.may_choose) == ("10000.50", 2, False)
    gone = page.post(f"{AT}/rules", {**two, "act": "remove-0"}, plain=True)
    assert gone.count("rule") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rule_from": ["much"]}, "as a number"),
        ({"rule_from": ["-5"]}, "as a number"),
        ({"rule_from": ["NaN"]}, "as a number"),
        ({"rule_from": ["9"], "rule_to": ["8"]}, "must not be above"),
        ({"rule_connection": ["somebody-elses"]}, "is not connected"),
        ({"default": "somebody-elses"}, "is not connected"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_row(services: Services, changes, words):
    connection = services.connect(is_tried=False)
    form = {**BLANK, "rule_connection": [connection], "default": "", **changes}
    refused = services.page().post(f"{AT}/rules", {**form, "act": "save"}, plain=True)
    assert (refused.status, words in refused.text) == (400, True)
    assert rules_of(services.portal).rules == ()


def test_a_damaged_form_of_rules_is_refused(services: Services):
    page = services.page()
    assert page.post(f"{AT}/rules", {**BLANK, "rule_connection": ["", ""], "act": "save"}).status == 400
    for act in ("up-99999", "remove-x", "nonsense"):
        assert page.post(f"{AT}/rules", {**BLANK, "rule_connection": [""], "act": act}).status == 200


def deliver(services: Services) -> None:
    news, services.service.desk.news = services.service.desk.news, []
    for one in news:
        path = urlsplit(one.url).path
        assert services.office.client.post(path, data=one.body, headers=one.headers).status_code == 200
    services.office.work()


def late(services: Services, monkeypatch, clock) -> None:
    from dataclasses import replace

    monkeypatch.setitem(services.office.app.extensions, "paraph", replace(services.office.ctx, now=clock))
