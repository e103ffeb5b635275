// The parent's side of an application frame: opens it by a real form POST and answers its messages.
// Messages are strings "command:params:callback:APP_SID" from the frame and "callback:JSON" back.
import { about, ask, el } from "./api.js";
import { chooseAccess, chooseCrm, chooseUsers } from "./dialogs.js";

const frames = new Map(); // APP_SID -> Frame
const OPEN_PATHS = [/^\/crm\/(deal|lead|contact|company|type)\//, /^\/marketplace\//, /^\/company\/personal\/user\/\d+\//, /^\/workgroups\/group\/\d+\//];
const PLACEMENT_COMMANDS = { CRM_LEAD_DETAIL_TAB: ["reloadData"], CRM_LEAD_DETAIL_ACTIVITY: ["reloadData"], CRM_LEAD_LIST_MENU: ["reloadData"] };
const COMMON = ["getInterface", "placementBindEvent", "resizeWindow", "openApplication", "closeApplication", "openPath", "setScroll", "reloadWindow", "selectUser", "selectAccess", "selectCRM", "refreshAuth", "setUserOption", "setAppOption"];

class Frame {
  constructor(built, where, page) {
    Object.assign(this, { ...built, where, page, listeners: new Map() }); // where: inline | slider | page
  }

  /** Post "callback:JSON"; nothing but strings may reach the frame. */
  answer(callback, result) {
    if (!callback) return;
    const text = result === undefined ? "" : JSON.stringify(result);
    this.iframe.contentWindow?.postMessage(`${callback}:${text}`, this.origin);
  }

  /** Tell the frame of an event it bound. */
  fire(event, data) {
    for (const callback of this.listeners.get(event) ?? []) this.answer(callback, data);
  }

  /** Denied commands get no answer, like unknown ones. */
  denies(command) {
    if (this.where === "slider" && command === "resizeWindow") return true;
    if (this.where === "slider" && this.placement === "DEFAULT" && command === "openApplication") return true;
    return this.placement !== "DEFAULT" && command === "setTitle";
  }
}

/** Build a frame inside `box`. `wanted` is what the portal is asked for: {kind, id, clientId, options}. */
export async function openFrame(box, wanted, where, page = {}) {
  const built = await ask("frame", { uri: location.pathname + location.search, ...wanted });
  const frame = new Frame(built, where, page);
  frames.set(frame.sid, frame);
  frame.iframe = el("iframe", { name: frame.name, class: "app", allow: "clipboard-write", "data-testid": "app-iframe", "data-placement": frame.placement });
  const form = el("form", { method: "POST", action: frame.action, target: frame.name, hidden: true });
  for (const [name, value] of Object.entries(frame.fields)) form.append(el("input", { type: "hidden", name, value }));
  box.replaceChildren(frame.iframe, form);
  form.submit();
  return frame;
}

export function closeFrame(frame) {
  frames.delete(frame.sid);
}

/** For tests and for the card: tell all open frames of an event. */
export function fireEvent(event, data) {
  for (const frame of frames.values()) frame.fire(event, data);
}

window.addEventListener("message", (event) => {
  if (typeof event.data !== "string") return;
  const parts = event.data.split(":");
  if (parts.length < 3) return;
  const frame = frames.get(parts.at(-1));
  if (!frame || event.origin !== frame.origin || event.source !== frame.iframe.contentWindow) return;
  const command = parts[0];
  const callback = parts.at(-2);
  const act = COMMANDS[command];
  if (!act || frame.denies(command)) return;
  Promise.resolve(act(frame, parameters(parts.slice(1, -2).join(":")), callback)).then((result) => {
    if (result !== SILENT) frame.answer(callback, result);
  });
});

const SILENT = Symbol("no answer");

function parameters(text) {
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    return text; // raw values, as setValue sends them
  }
}

const COMMANDS = {
  getInitData: (frame) => frame.init,
  refreshAuth: (frame) => ask("refresh", { clientId: frame.clientId }),
  resizeWindow: resize,
  setTitle: (frame, params) => {
    document.title = params.title ?? document.title;
    frame.page.setTitle?.(params.title);
    return params;
  },
  setScroll: (frame, params) => {
    const top = params.scroll ?? params.scrollTop ?? 0;
    window.scrollTo(0, Number(top));
    return params;
  },
  reloadWindow: () => location.reload(),
  setInstall: (frame, params) => params,
  setInstallFinish: finishInstall,
  openApplication,
  closeApplication: (frame) => {
    if (frame.where !== "slider") return SILENT;
    frame.page.close();
    return SILENT;
  },
  openPath,
  selectUser: (frame, params) => chooseUsers(Boolean(params.mult)),
  selectAccess: (frame, params) => chooseAccess(params.value),
  selectCRM: (frame, params) => chooseCrm(params),
  setAppOption: (frame, params) => (about.user.admin ? ask("option", { of: "app", clientId: frame.clientId, ...params }) : SILENT),
  setUserOption: async (frame, params) => {
    await ask("option", { of: "user", clientId: frame.clientId, ...params });
    return params;
  },
  getInterface: (frame) => ({ command: [...COMMON, ...(PLACEMENT_COMMANDS[frame.placement] ?? [])], event: frame.page.events ?? [] }),
  placementBindEvent: (frame, params, callback) => {
    const bound = frame.listeners.get(params.event) ?? [];
    frame.listeners.set(params.event, [...bound, callback]);
    return SILENT;
  },
  reloadData: async (frame) => {
    if (!(PLACEMENT_COMMANDS[frame.placement] ?? []).includes("reloadData")) return SILENT;
    await frame.page.reload?.();
    return undefined;
  },
};

/** An inline frame takes the wanted height and never shrinks below its first one. */
function resize(frame, params) {
  const height = Math.max(Number.parseInt(params.height, 10) || 0, 0);
  if (height) frame.iframe.style.height = `${Math.max(height, 240)}px`;
  return { width: params.width, height: params.height };
}

/** The application is set up: remember it, then reload the whole page on the main address. */
async function finishInstall(frame) {
  const { finished } = await ask("install-finish", { clientId: frame.clientId });
  const url = new URL(location.href);
  url.searchParams.set("install_finished", finished);
  location.assign(url);
  return SILENT;
}

/** The application's own slider: main address, DEFAULT, parameters as options; answered when it closes. */
async function openApplication(frame, params) {
  const { openSlider } = await import("./slider.js");
  const { options, look } = split(params);
  return new Promise((resolve) => {
    openSlider({ kind: "main", clientId: frame.clientId, options }, { ...look, onClose: () => resolve({}) });
  });
}

/** bx24_width, bx24_leftBoundary, bx24_title, bx24_label are settings, everything else is for the application. */
function split(params) {
  const options = {};
  const look = {};
  for (const [key, value] of Object.entries(params)) {
    if (key.startsWith("bx24_")) look[key.slice(5)] = value;
    else options[key] = value;
  }
  return { options, look };
}

async function openPath(frame, params) {
  const path = String(params.path ?? "");
  if (!OPEN_PATHS.some((allowed) => allowed.test(path))) return { result: "error", errorCode: "PATH_NOT_AVAILABLE" };
  const { openPage } = await import("./slider.js");
  const url = new URL(path, location.origin);
  url.searchParams.set("from", "rest_placement");
  url.searchParams.set("from_app", frame.clientId);
  return new Promise((resolve) => openPage(url, { ...params, onClose: () => resolve({ result: "close" }) }));
}

window.sandboxFrames = { fire: fireEvent, open: () => [...frames.values()].map((frame) => ({ sid: frame.sid, placement: frame.placement, where: frame.where })) };
