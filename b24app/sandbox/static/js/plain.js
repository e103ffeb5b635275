// Header of every page: who looks, in which language, and the bell.
import { about, ask, el, moment } from "./api.js";
import { bbcode } from "./bbcode.js";
import { openPage } from "./slider.js";

for (const select of document.querySelectorAll("[data-switch]")) {
  select.addEventListener("change", () => {
    const url = new URL(location.href);
    url.searchParams.set(select.dataset.switch, select.value);
    location.assign(url);
  });
}

const button = document.querySelector(".bell");
const panel = document.querySelector(".bell-panel");
let shown = "";

button?.addEventListener("click", async () => {
  panel.hidden = !panel.hidden;
  button.setAttribute("aria-expanded", String(!panel.hidden));
  if (!panel.hidden) await ask("read", {});
});

/** Draw the bell from {notifications, unread}. */
export function drawBell(state) {
  if (!panel) return;
  const count = button.querySelector(".bell-count");
  count.hidden = !state.unread;
  count.textContent = state.unread;
  const key = JSON.stringify(state.notifications);
  if (key === shown) return;
  shown = key;
  const notes = state.notifications.map((note) => el("article", { class: note.read ? "note" : "note new", "data-testid": "notification", "data-tag": note.tag },
    el("header", {}, el("b", { text: note.author }), el("time", { text: moment(note.created) })),
    el("p", {}, bbcode(note.text))));
  panel.querySelector(".notes").replaceChildren(...(notes.length ? notes : [el("p", { class: "nothing", text: "Nothing new." })]));
}

/** Links of the portal itself open in a slider, as Bitrix24 does. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/']");
  if (!link || !link.closest(".bell-panel, .timeline")) return;
  const url = new URL(link.getAttribute("href"), location.origin);
  if (!/^\/(crm|marketplace\/view)\//.test(url.pathname)) return;
  event.preventDefault();
  if (panel) panel.hidden = true;
  openPage(url);
});

export const tick = (act, every = 1200) => {
  const run = async () => {
    await Promise.resolve(act()).catch(() => {});
    setTimeout(run, every);
  };
  return run();
};

if (!about.page.type) tick(async () => drawBell(await ask("bell")));
if (about.page.openUri) openPage(new URL(about.page.openUri, location.origin));
