"""The official JavaScript SDK (@bitrix24/b24jssdk) inside the portal's frames, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.world import Sandbox
from tests.sandbox import browser
from tests.sandbox.conftest import ANNA, BORIS, Caller
from tests.sandbox.test_activities import LAYOUT
from tests.sandbox.testapp import TestApp

pytestmark = pytest.mark.browser
chromium = pytest.fixture(scope="module")(browser.chromium)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that fails the test when a script of the portal fails."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(8000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


PLACES = {
    "CRM_LEAD_DETAIL_TAB": "Signatures",
    "CRM_LEAD_DETAIL_TOOLBAR": "Sign",
    "CRM_LEAD_DOCUMENTGENERATOR_BUTTON": "Send",
    "CRM_LEAD_ACTIVITY_TIMELINE_MENU": "Use",
    "CRM_LEAD_DETAIL_ACTIVITY": "Panel",
    "REST_APP_URI": "",
}


@pytest.fixture
def bound(acme: Portal, olena: Caller, testapp: TestApp) -> Portal:
    """An installed application bound everywhere on the lead card."""
    for code, title in PLACES.items():
        olena.ok("placement.bind", PLACEMENT=code, HANDLER=f"{testapp.url}/frame?place={code}", TITLE=title)
    acme.lifecycle.finish_install()
    acme.bucket.size = 10_000
    return acme


def card(page: Page, portal: Portal, user: int = ANNA, lead: int = 77, query: str = "") -> None:
    page.goto(f"{portal.url}/crm/lead/details/{lead}/?as={user}{query}")


def ready(page: Page, place: str) -> Frame:
    """The application's frame of a placement, its SDK started."""
    handle = page.wait_for_selector(f'[data-testid=app-iframe][data-placement="{place}"]')
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_function("window.ready !== undefined")
    frame.evaluate("window.ready")
    return frame


def tab(page: Page, portal: Portal, **where: Any) -> Frame:
    card(page, portal, **where)
    page.get_by_test_id("tab-Signatures").click()
    return ready(page, "CRM_LEAD_DETAIL_TAB")


def test_a_tab_is_loaded_by_a_form_when_first_shown(page: Page, bound: Portal, testapp: TestApp) -> None:
    card(page, bound, query="&lang=ua")
    page.get_by_test_id("tab-Signatures").wait_for()
    assert testapp.launches == []
    page.get_by_test_id("tab-Signatures").click()
    frame = ready(page, "CRM_LEAD_DETAIL_TAB")
    (launch,) = testapp.launches
    assert frame.name == f"{bound.domain}|0|{launch['query']['APP_SID']}"
    assert (launch["query"]["DOMAIN"], launch["query"]["LANG"]) == (bound.domain, "ua")
    assert launch["body"]["PLACEMENT"] == "CRM_LEAD_DETAIL_TAB"
    assert '"ID": "77"' in launch["body"]["PLACEMENT_OPTIONS"]
    assert bound.tokens.by_access(launch["body"]["AUTH_ID"]).user_id == ANNA


def test_the_sdk_learns_where_it_is_and_who_looks(page: Page, bound: Portal) -> None:
    frame = tab(page, bound)
    seen = frame.evaluate("[b24.placement.title, b24.placement.options.ID, b24.auth.isAdmin, b24.getLang()]")
    assert seen == ["CRM_LEAD_DETAIL_TAB", "77", False, "en"]
    assert frame.evaluate("b24.getTargetOrigin()") == bound.url


def test_the_sdk_calls_rest_from_inside_the_frame(page: Page, bound: Portal) -> None:
    frame = tab(page, bound)
    call = "b24.actions.v2.call.make({method: 'crm.item.get', params: {entityTypeId: 1, id: 77}, requestId: 'r1'})"
    assert frame.evaluate(f"{call}.then((r) => r.getData().result.item.title)") == "Service agreement: CRM onboarding"
    batch = """b24.actions.v2.batch.make({calls: {me: {method: 'profile'}, bad: {method: 'no.such'}},
        options: {isHaltOnError: false, returnAjaxResult: true, requestId: 'r2'}}).then((r) => r.isSuccess)"""
    assert isinstance(frame.evaluate(batch), bool)
    assert {"crm.item.get", "batch"} <= set(bound.calls.names())


def test_the_sdk_gets_fresh_tokens_from_the_parent(page: Page, bound: Portal, testapp: TestApp) -> None:
    frame = tab(page, bound)
    fresh = frame.evaluate("b24.auth.refreshAuth()")
    assert fresh["access_token"] != testapp.launches[0]["body"]["AUTH_ID"]
    assert bound.tokens.by_access(fresh["access_token"]).user_id == ANNA


def test_fit_window_grows_an_inline_frame(page: Page, bound: Portal) -> None:
    frame = tab(page, bound)
    frame.evaluate("document.body.style.minHeight = '1500px'")
    frame.evaluate("b24.parent.fitWindow()")
    box = page.locator('[data-placement="CRM_LEAD_DETAIL_TAB"]').bounding_box()
    assert box is not None
    assert box["height"] >= 1500


def test_a_slider_ignores_resizing_and_its_own_slider(page: Page, bound: Portal, testapp: TestApp) -> None:
    frame = tab(page, bound)
    frame.evaluate("window.closed = b24.slider.openSliderAppPage({request: '7', bx24_width: 800}); null")
    slider = ready(page, "DEFAULT")
    launch = testapp.launches[-1]
    assert (launch["path"], '"request": "7"' in launch["body"]["PLACEMENT_OPTIONS"]) == ("/", True)
    box = page.get_by_test_id("slider").bounding_box()
    assert box is not None
    assert round(box["width"]) == 800
    assert slider.evaluate("b24.parent.resizeWindow(300, 300)") == {"isSafely": True}
    count = len(testapp.launches)
    slider.evaluate("b24.slider.openSliderAppPage({}); null")
    slider.evaluate("b24.slider.closeSliderAppPage(); null")
    page.get_by_test_id("slider").wait_for(state="detached")
    frame.evaluate("window.closed")
    assert len(testapp.launches) == count


def test_employees_are_chosen_in_a_dialog(page: Page, bound: Portal) -> None:
    frame = tab(page, bound)
    frame.evaluate("window.chosen = b24.dialog.selectUser(); null")
    page.get_by_test_id("dialog-option").filter(has_text="Boris Lange").click()
    page.get_by_test_id("dialog-choose").click()
    assert frame.evaluate("window.chosen.then((one) => [one.id, one.name])") == [str(BORIS), "Boris Lange"]
    frame.evaluate("window.several = b24.dialog.selectUsers(); null")
    for name in ("Anna Schmidt", "Boris Lange"):
        page.get_by_test_id("dialog-option").filter(has_text=name).click()
    page.get_by_test_id("dialog-choose").click()
    assert frame.evaluate("window.several.then((all) => all.length)") == 2


def test_a_cancelled_dialog_never_answers(page: Page, bound: Portal) -> None:
    frame = tab(page, bound)
    frame.evaluate("window.state = 'waiting'; b24.dialog.selectUser().then(() => { window.state = 'answered'; }); null")
    page.get_by_test_id("dialog-cancel").click()
    page.wait_for_timeout(300)
    assert frame.evaluate("window.state") == "waiting"


def test_bound_events_arrive_after_the_first_second(page: Page, bound: Portal) -> None:
    frame = tab(page, bound)
    frame.evaluate("window.heard = []; b24.placement.bindEvent('onSigned', (data) => window.heard.push(data)); null")
    page.wait_for_timeout(1000)
    page.evaluate("sandboxFrames.fire('onSigned', {request: 7})")
    frame.wait_for_function("window.heard.length === 1")


def test_unknown_commands_and_foreign_messages_meet_silence(page: Page, bound: Portal) -> None:
    frame = tab(page, bound)
    assert frame.evaluate("b24.placement.call('noSuchCommand')") == {"isSafely": True}
    assert frame.evaluate("b24.parent.setTitle('Mine')") == {"isSafely": True}
    page.evaluate("window.postMessage({method: 'getInitData'}, '*'); window.postMessage('getInitData::k:guess', '*')")
    assert "reloadData" in frame.evaluate("b24.placement.getInterface().then((one) => one.command)")


def test_menus_open_sliders_with_their_own_keys(page: Page, bound: Portal, testapp: TestApp) -> None:
    card(page, bound)
    for menu, place, key in [
        ("toolbar", "CRM_LEAD_DETAIL_TOOLBAR", '"ID": "77"'),
        ("document", "CRM_LEAD_DOCUMENTGENERATOR_BUTTON", '"ENTITY_ID": "77"'),
    ]:
        page.get_by_test_id(f"{menu}-menu").click()
        page.get_by_test_id(f"{menu}-item").click()
        ready(page, place)
        assert key in testapp.launches[-1]["body"]["PLACEMENT_OPTIONS"]
        page.get_by_test_id("slider-close").click()
    page.get_by_test_id("timeline-menu").first.click()
    page.get_by_test_id("timeline-extension").first.click()
    ready(page, "CRM_LEAD_ACTIVITY_TIMELINE_MENU")
    assert "TIMELINE_ITEM_ID" in testapp.launches[-1]["body"]["PLACEMENT_OPTIONS"]


def test_an_activity_button_opens_the_application(page: Page, bound: Portal, anna: Caller, testapp: TestApp) -> None:
    layout = LAYOUT | {"footer": {"buttons": {"open": {"title": "Open", "type": "primary", "action": OPEN}}}}
    anna.ok("crm.activity.configurable.add", ownerTypeId=1, ownerId=77, fields={}, layout=layout)
    card(page, bound)
    item = page.locator("[data-testid=timeline-item][data-kind=activity]")
    expect(item).to_contain_text("Signature requested")
    expect(item.get_by_test_id("tag")).to_have_text("1 of 2")
    item.get_by_test_id("timeline-button").click()
    ready(page, "DEFAULT")
    options = testapp.launches[-1]["body"]["PLACEMENT_OPTIONS"]
    assert all(part in options for part in ('"request": "7"', '"entityTypeId": "1"', '"entityId": "77"', "activityId"))


OPEN = {"type": "openRestApp", "actionParams": {"request": 7}, "sliderParams": {"width": 700}}


def test_a_waiting_button_is_released_by_an_update(page: Page, bound: Portal, anna: Caller) -> None:
    action = {"type": "restEvent", "id": "remind", "animationType": "disable"}
    layout = LAYOUT | {"footer": {"buttons": {"r": {"title": "Remind", "type": "secondary", "action": action}}}}
    number = anna.ok("crm.activity.configurable.add", ownerTypeId=1, ownerId=77, fields={}, layout=layout)
    card(page, bound)
    page.get_by_test_id("timeline-button").click()
    expect(page.get_by_test_id("timeline-button")).to_be_disabled()
    update = {"id": number["activity"]["id"], "fields": {}, "layout": layout}
    anna.ok("crm.activity.configurable.update", **update)
    expect(page.get_by_test_id("timeline-button")).to_be_enabled()


def test_a_notification_link_opens_the_application(page: Page, bound: Portal, anna: Caller, testapp: TestApp) -> None:
    link = f"/marketplace/view/{bound.app.client_id}/?params[request]=7&other=1"
    anna.ok("im.notify.system.add", USER_ID=ANNA, MESSAGE=f"[B]Signed[/B] <i>x</i> [URL={link}]Open[/URL]", TAG="r7")
    card(page, bound)
    expect(page.get_by_test_id("bell-count")).to_have_text("1")
    page.get_by_test_id("bell").click()
    expect(page.get_by_test_id("notification")).to_contain_text("Signed <i>x</i> Open")
    page.get_by_test_id("bb-link").click()
    ready(page, "REST_APP_URI")
    options = testapp.launches[-1]["body"]["PLACEMENT_OPTIONS"]
    assert '"request": "7"' in options
    assert "other" not in options.replace("URI", "").split('"/crm')[0]


def test_installing_reloads_the_page_on_the_main_address(page: Page, acme: Portal, testapp: TestApp) -> None:
    address = f"{acme.url}/marketplace/app/{acme.app.client_id}/"
    page.goto(f"{address}?as={ANNA}")
    expect(page.get_by_test_id("denied")).to_be_visible()
    page.goto(f"{address}?as=1")
    frame = ready(page, "DEFAULT")
    assert testapp.launches[-1]["path"] == "/install"
    assert frame.evaluate("b24.isInstallMode && b24.isFirstRun")
    frame.evaluate("b24.installFinish().catch(() => {}); null")
    page.wait_for_url("**install_finished=Y**")
    ready(page, "DEFAULT")
    assert testapp.launches[-1]["path"] == "/"
    assert acme.app.installed


def test_a_colleague_sees_neither_card_nor_frames(page: Page, bound: Portal, testapp: TestApp) -> None:
    card(page, bound, user=BORIS)
    expect(page.get_by_test_id("denied")).to_be_visible()
    expect(page.get_by_test_id("card")).to_be_hidden()
    assert "Service agreement" not in page.content()


def test_hostile_names_stay_text(page: Page, bound: Portal) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    card(page, bound, lead=79)
    expect(page.get_by_test_id("client")).to_contain_text("<script>alert(1)</script>")
    expect(page.get_by_test_id("card-title")).to_contain_text("<img src=x onerror=alert(2)>")


def test_a_ticked_property_is_saved_and_told(page: Page, bound: Portal, anna: Caller, testapp: TestApp) -> None:
    anna.ok("event.bind", event="ONCRMLEADUPDATE", handler=f"{testapp.url}/events")
    card(page, bound)
    page.get_by_test_id("property-UF_CRM_EXPRESS_START").check()
    expect(page.get_by_test_id("property-UF_CRM_EXPRESS_START")).to_be_checked()
    lead = anna.ok("crm.item.get", entityTypeId=1, id=77)["item"]
    bound.settle()
    assert (lead["ufCrmExpressStart"], testapp.posts[0]["event"]) == ("Y", "ONCRMLEADUPDATE")


def test_the_start_page_leads_everywhere(page: Page, sandbox: Sandbox) -> None:
    page.goto(sandbox.control.url)
    page.get_by_test_id("start-card").click()
    expect(page.get_by_test_id("card-title")).to_have_text("Service agreement: CRM onboarding")
    page.get_by_test_id("timeline-item").first.wait_for()
    expect(page.get_by_test_id("employee-switcher")).to_have_value("6")
    page.get_by_test_id("employee-switcher").select_option("8")
    expect(page.get_by_test_id("denied")).to_be_visible()
