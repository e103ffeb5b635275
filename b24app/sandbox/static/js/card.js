// The card of a lead or deal: tabs, menus, properties, timeline; asks for news every 1.2 s.
import { about, ask, el } from "./api.js";
import { openFrame, closeFrame } from "./frames.js";
import { drawBell, tick } from "./plain.js";
import { drawItem } from "./properties.js";
import { openSlider } from "./slider.js";
import { drawTimeline } from "./timeline.js";

const { type, id } = about.page;
const find = (testid) => document.querySelector(`[data-testid="${testid}"]`);
const tabs = find("tabs");
const opened = new Map(); // placement id -> frame of its tab
const drawn = {};

export const refresh = async () => draw(await ask(`state?type=${type}&id=${id}`));

function draw(state) {
  drawBell(state);
  find("denied").hidden = !state.denied;
  find("card").hidden = Boolean(state.denied);
  if (state.denied) return;
  once("tabs", state.placements.tabs, drawTabs);
  once("toolbar", state.placements.toolbar, (entries) => drawMenu("toolbar", entries, []));
  once("document", [state.placements.document, state.documents], () => drawMenu("document", state.placements.document, state.documents));
  once("activity", state.placements.activity, drawActivityMenu);
  once("item", state.item, (item) => drawItem(item, { edit, find }));
  once("timeline", [state.timeline, state.placements.timeline], () => drawTimeline(find("timeline"), state, { act, openRestApp, openExtension, refresh, edit: state.item.editable }));
}

/** Draw a part only when its data changed, so that open menus and inputs survive. */
function once(name, data, act) {
  const key = JSON.stringify(data);
  if (drawn[name] === key) return;
  drawn[name] = key;
  act(data);
}

function drawTabs(entries) {
  const shown = tabs.querySelector(".on")?.dataset.panel ?? "general";
  const all = [{ panel: "general", title: "General" }, ...entries.map((one) => ({ ...one, panel: `placement-${one.id}` }))];
  tabs.replaceChildren(...all.map((one) => el("button", {
    type: "button", role: "tab", class: one.panel === shown ? "on" : "", "data-panel": one.panel, "data-testid": `tab-${one.title}`, text: one.title, on: { click: () => select(one) },
  })));
  for (const panel of document.querySelectorAll(".panel[data-placement-id]")) {
    if (!entries.some((one) => String(one.id) === panel.dataset.placementId)) panel.remove();
  }
}

/** A placement's tab loads when it is first shown, and stays. */
async function select(one) {
  for (const tab of tabs.children) tab.classList.toggle("on", tab.dataset.panel === one.panel);
  let panel = document.querySelector(`.panel[data-panel="${one.panel}"]`);
  if (!panel) {
    panel = el("section", { class: "panel box tab-frame", "data-panel": one.panel, "data-placement-id": one.id });
    find("card").append(panel);
    opened.set(one.id, await openFrame(panel, { kind: "placement", id: one.id, options: { ID: id } }, "inline", { reload: refresh }));
  }
  for (const other of document.querySelectorAll(".panel")) other.hidden = other !== panel;
}

function drawMenu(name, placements, documents) {
  const drop = document.querySelector(`[data-menu="${name}"]`);
  drop.hidden = name === "toolbar" && !placements.length;
  drop.querySelector(".menu")?.remove();
  const menu = el("div", { class: "menu", role: "menu", hidden: true });
  if (documents.length) menu.append(el("h4", { text: "Documents" }), ...documents.map((one) => el("a", { href: one.ready ? one.url : null, role: "menuitem", text: one.title })));
  if (placements.length && name === "document") menu.append(el("h4", { text: "Extensions" }));
  menu.append(...placements.map((one) => el("button", { type: "button", role: "menuitem", "data-testid": `${name}-item`, text: one.title, on: { click: () => openMenuItem(menu, name, one) } })));
  if (!menu.children.length) menu.append(el("p", { class: "nothing", text: "No documents yet." }));
  drop.append(menu);
  drop.querySelector(".button").onclick = () => { menu.hidden = !menu.hidden; };
}

/** Toolbar entries get ID, document entries ENTITY_ID. */
function openMenuItem(menu, name, one) {
  menu.hidden = true;
  openSlider({ kind: "placement", id: one.id, options: name === "toolbar" ? { ID: id } : { ENTITY_ID: id } }, { reload: refresh });
}

function drawActivityMenu(entries) {
  const box = find("activity-menu");
  const own = el("button", { type: "button", class: "on", text: "Comment", on: { click: () => showActivity(own, null) } });
  box.replaceChildren(own, ...entries.map((one) => {
    const button = el("button", { type: "button", "data-testid": `activity-${one.title}`, text: one.title, on: { click: () => showActivity(button, one) } });
    return button;
  }));
}

let activityFrame = null;

async function showActivity(button, placement) {
  for (const other of button.parentNode.children) other.classList.toggle("on", other === button);
  const frame = document.querySelector(".composer-frame");
  document.querySelector(".composer-form").hidden = Boolean(placement);
  frame.hidden = !placement;
  if (activityFrame) closeFrame(activityFrame);
  frame.replaceChildren();
  activityFrame = placement && (await openFrame(frame, { kind: "placement", id: placement.id, options: { ID: id } }, "inline", { reload: refresh }));
}

document.querySelector(".composer-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = event.target.elements.text;
  await ask("comment", { type, id, text: input.value });
  input.value = "";
  await refresh();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu:not([hidden])")) {
    if (!menu.parentNode.contains(event.target)) menu.hidden = true;
  }
});

async function edit(name, value) {
  await ask("edit", { type, id, name, value });
  await refresh();
}

/** An action of a configurable activity: redirect, restEvent, openRestApp. */
async function act(view, action) {
  if (action.type === "redirect") {
    if (action.uri.startsWith("/")) location.assign(action.uri);
    else window.open(action.uri, "_blank", "noopener");
  } else if (action.type === "restEvent") {
    await ask("action", { activityId: view.activityId, action });
    await refresh();
  } else if (action.type === "openRestApp") {
    openRestApp(view, action);
  }
}

/** The main address in a slider, with the activity's place among the options. */
function openRestApp(view, action) {
  const options = { ...(action.actionParams ?? {}), entityTypeId: type, entityId: id, activityId: view.activityId };
  openSlider({ kind: "main", clientId: view.clientId, options }, { ...(action.sliderParams ?? {}), reload: refresh });
}

/** An entry of a record's ••• menu. */
function openExtension(view, placement) {
  const options = { ENTITY_ID: id, TIMELINE_ITEM_ID: view.id };
  if (view.activityId) Object.assign(options, { ASSOCIATED_ENTITY_ID: view.activityId, ASSOCIATED_ENTITY_TYPE_ID: "6" });
  openSlider({ kind: "placement", id: placement.id, options }, { reload: refresh });
}

tick(refresh);
