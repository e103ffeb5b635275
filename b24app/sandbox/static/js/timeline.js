// The right column: pinned records, what is planned, what has been.
import { ask, about, el, moment, size } from "./api.js";
import { bbcode } from "./bbcode.js";
import { body, button, runs, tag } from "./layout.js";

const SIGNS = { document: "▤", info: "i", call: "✆", "arrow-down": "↓", "call-completed": "✓", comment: "“", CRM_TODO: "✓" };
const SECTIONS = [["pinned", "Pinned"], ["planned", "Things to do"], ["history", "History"]];

/** Redraw the whole timeline; `tools` act on the card. */
export function drawTimeline(box, state, tools) {
  const extensions = state.placements.timeline;
  box.replaceChildren(...SECTIONS.filter(([key]) => state.timeline[key].length).flatMap(([key, title]) => [
    el("h3", { class: `section ${key}`, text: title }),
    el("div", { class: `records ${key}`, "data-testid": `timeline-${key}` }, ...state.timeline[key].map((view) => record(view, extensions, tools))),
  ]));
}

function record(view, extensions, tools) {
  const layout = view.layout;
  const blocked = view.waiting !== null && view.waiting !== undefined && view.waitingAnimation === "loader";
  return el("article", {
    class: `record ${view.kind} ${view.open ? "open" : ""} ${blocked ? "blocked" : ""}`, "data-testid": "timeline-item", "data-kind": view.kind, "data-record": view.id, "data-activity": view.activityId ?? null, "data-pinned": view.pinned ? "Y" : "N",
  },
  el("span", { class: `sign ${view.kind}`, text: SIGNS[layout?.icon?.code ?? view.icon ?? view.provider ?? view.kind] ?? "i" }),
  el("div", { class: "record-body" },
    head(view, extensions, tools),
    layout ? body(layout, view, (action) => tools.act(view, action)) : content(view),
    foot(view, tools)));
}

function head(view, extensions, tools) {
  const header = view.layout?.header ?? {};
  const title = view.kind === "comment" ? "Comment" : header.title ?? view.title;
  const tags = Object.values(header.tags ?? {}).filter((one) => runs(one, tools.edit));
  return el("header", {},
    el("b", { text: title, class: header.titleAction ? "link" : "", on: { click: () => header.titleAction && tools.act(view, header.titleAction) } }),
    ...tags.map((one) => tag(one, (action) => tools.act(view, action))),
    view.badge && el("span", { class: `badge ${view.badge.type}`, "data-testid": "badge", title: view.badge.title, text: view.badge.value }),
    el("time", { text: moment(view.created) }),
    view.pinned && el("span", { class: "pin", "data-testid": "pinned", text: "★", title: "Pinned" }),
    view.author && el("span", { class: "face small", style: `--person: ${view.author.color}`, title: view.author.name, text: view.author.initials }),
    menu(view, extensions, tools));
}

function content(view) {
  const files = (view.files ?? []).map((file) => el("a", { class: "file", href: file.url, "data-testid": "timeline-file", download: file.name }, el("span", { text: file.name }), el("small", { text: size(file.size) })));
  const text = el("div", { class: "text" });
  if (view.kind === "comment") text.append(bbcode(view.text));
  else text.textContent = view.text ?? "";
  return el("div", {}, text, files.length ? el("div", { class: "files" }, ...files) : null);
}

function foot(view, tools) {
  const footer = view.layout?.footer ?? {};
  const buttons = Object.values(footer.buttons ?? {}).filter((one) => runs(one, tools.edit));
  return el("footer", {},
    ...buttons.map((one) => button(one, view, (action) => tools.act(view, action))),
    view.open && view.provider === "CRM_TODO" && el("button", { type: "button", class: "button", text: "Done", on: { click: () => ask("complete", { activityId: view.activityId }).then(tools.refresh) } }));
}

/** The ••• menu: pin, the application's own items, extensions. */
function menu(view, extensions, tools) {
  const own = view.layout?.footer?.menu ?? {};
  const entries = Object.values(own.items ?? {}).filter((one) => runs(one, tools.edit));
  const list = el("div", { class: "menu", role: "menu", hidden: true },
    item(view.pinned ? "Unpin" : "Pin", () => ask("unpin", { type: about.page.type, id: about.page.id, record: view.id }).then(tools.refresh), "pin-item"),
    ...entries.map((one) => item(one.title, () => tools.act(view, one.action), "record-menu-item")),
    extensions.length ? el("h4", { text: "Extensions" }) : null,
    ...extensions.map((one) => item(one.title, () => tools.openExtension(view, one), "timeline-extension")));
  return el("div", { class: "drop more" },
    el("button", { type: "button", class: "dots", "aria-label": "More", "data-testid": "timeline-menu", text: "•••", on: { click: () => { list.hidden = !list.hidden; } } }), list);

  function item(text, act, testid) {
    return el("button", { type: "button", role: "menuitem", "data-testid": testid, text, on: { click: () => { list.hidden = true; act(); } } });
  }
}
