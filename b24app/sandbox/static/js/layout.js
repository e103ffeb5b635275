// A configurable activity's layout, drawn block by block.
import { el, moment } from "./api.js";

/** Whether a tag, button or menu item is shown here: scope web, and editable when it asks for that. */
export const runs = (one, editable) => one.scope !== "mobile" && (editable || !yes(one.hideIfReadonly));
const yes = (value) => value === true || ["true", "1", "y"].includes(String(value).toLowerCase());

export const tag = (one, act) => el("span", { class: `tag ${one.type} ${one.action ? "link" : ""}`, "data-testid": "tag", text: one.title, on: { click: () => one.action && act(one.action) } });

export function button(one, view, act) {
  const waiting = Boolean(view.waiting) && one.action.id === view.waiting;
  return el("button", { type: "button", class: `button ${one.type === "primary" ? "primary" : ""}`, disabled: waiting, "data-testid": "timeline-button", text: one.title, on: { click: () => act(one.action) } });
}

/** Logo and blocks. */
export function body(layout, view, act) {
  const blocks = Object.entries(layout.body?.blocks ?? {}).map(([key, one]) => block(one, view, act, key)).filter(Boolean);
  const logo = layout.body?.logo;
  return el("div", { class: "layout" },
    logo && el("span", { class: `logo ${logo.action ? "link" : ""}`, on: { click: () => logo.action && act(logo.action) }, text: { document: "▤", call: "✆", info: "i", notification: "!" }[logo.code] ?? "▤" }),
    el("div", { class: "blocks" }, ...blocks));
}

function block(one, view, act, key) {
  const props = one.properties ?? {};
  if (props.scope === "mobile") return null;
  const drawn = BLOCKS[one.type]?.(props, view, act);
  if (drawn && key) drawn.dataset.block = key;
  return drawn ?? null;
}

const BLOCKS = {
  text: (props) => el("span", { class: `b-text ${yes(props.bold) ? "bold" : ""} ${props.size ?? "md"} ${props.color ?? ""} ${yes(props.multiline) ? "multiline" : ""}`, title: props.title, text: props.value }),
  largeText: (props) => el("p", { class: "b-large", text: props.value }),
  link: (props, view, act) => el("a", { href: "#", class: yes(props.bold) ? "bold" : "", "data-testid": "block-link", text: props.text, on: { click: (event) => { event.preventDefault(); act(props.action); } } }),
  deadline: (props, view) => (view.deadline ? el("span", { class: "b-deadline", text: moment(view.deadline) }) : null),
  lineOfBlocks: (props, view, act) => el("div", { class: "b-line" }, ...Object.values(props.blocks ?? {}).map((one) => block(one, view, act)).filter(Boolean)),
  withTitle: (props, view, act) => {
    const inner = block(props.block, view, act);
    return inner && el("div", { class: `b-titled ${yes(props.inline) ? "inline" : ""}` }, el("span", { class: "b-title", text: props.title }), inner);
  },
};
