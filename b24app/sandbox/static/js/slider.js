// Panels that slide in from the right, one above the other.
import { el } from "./api.js";
import { closeFrame, openFrame } from "./frames.js";

const stack = [];

/** Open an application frame in a slider. look: {width | leftBoundary, title, onClose, reload}. */
export async function openSlider(wanted, look = {}) {
  const panel = show(look);
  panel.frame = await openFrame(panel.body, wanted, "slider", { close: panel.close, setTitle: () => {}, reload: look.reload });
  panel.node.dataset.placement = panel.frame.placement;
  return panel;
}

/** Open a page of the portal in a slider; /marketplace/view/… opens the application instead. */
export function openPage(url, look = {}) {
  const view = url.pathname.match(/^\/marketplace\/view\/([^/]+)\//);
  if (view) return openSlider({ kind: "uri", clientId: decodeURIComponent(view[1]), options: viewParams(url) }, look);
  const panel = show(look);
  url.searchParams.set("IFRAME", "Y");
  url.searchParams.set("IFRAME_TYPE", "SIDE_SLIDER");
  panel.body.append(el("iframe", { class: "page", src: url.href, title: look.title ?? "" }));
  return panel;
}

/** params[docId]=42 -> {docId: "42"}; nothing else reaches the application. */
function viewParams(url) {
  const params = {};
  for (const [key, value] of url.searchParams) {
    const name = key.match(/^params\[([^\]]+)\]$/);
    if (name) params[name[1]] = value;
  }
  return params;
}

function show(look) {
  const body = el("div", { class: "slider-body" });
  const label = el("button", { class: "slider-close", type: "button", "data-testid": "slider-close", "aria-label": "Close", text: "×", on: { click: () => close() } });
  const node = el("div", { class: "slider", role: "dialog", "aria-label": look.title ?? "Application", "data-testid": "slider" }, label, body);
  const shade = el("div", { class: "shade", on: { click: () => close() } });
  node.style.width = width(look);
  document.body.append(shade, node);
  document.body.classList.add("has-slider");
  requestAnimationFrame(() => node.classList.add("open"));
  const panel = { node, body, close };
  stack.push(panel);

  function close() {
    if (!stack.includes(panel)) return;
    while (stack.at(-1) !== panel) stack.at(-1).close();
    stack.pop();
    if (panel.frame) closeFrame(panel.frame);
    node.remove();
    shade.remove();
    document.body.classList.toggle("has-slider", stack.length > 0);
    look.onClose?.();
  }
  return panel;
}

/** A width in px, a left boundary in px, or nearly the whole window. */
function width(look) {
  if (look.width) return `min(${Number.parseInt(look.width, 10)}px, calc(100vw - 60px))`;
  if (look.leftBoundary) return `calc(100vw - ${Number.parseInt(look.leftBoundary, 10)}px)`;
  return "calc(100vw - 180px)";
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") stack.at(-1)?.close();
});
