// The signer's pages: notes that the page was seen, makes forms act once, starts the guide on the document's page.
import { send, submitOnce } from "./signing-send.js";

const SEEN_AFTER_MS = 1000;

/** Tell the server that a person sees the page: it was visible for a moment or was touched. GET alone never counts. */
function noteView(url) {
  const signs = ["pointerdown", "keydown", "scroll"];
  const note = () => {
    if (document.visibilityState !== "visible") return;
    for (const sign of signs) removeEventListener(sign, note);
    document.removeEventListener("visibilitychange", wait);
    clearTimeout(timer);
    send(url, new FormData(), true);
  };
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(note, SEEN_AFTER_MS);
  };
  for (const sign of signs) addEventListener(sign, note, { passive: true });
  document.addEventListener("visibilitychange", wait);
  wait();
}

const seen = document.querySelector("[data-view]");
if (seen) noteView(seen.dataset.view);
for (const form of document.querySelectorAll("form[data-act]")) submitOnce(form);
const bar = document.querySelector("[data-entries]");
if (bar) import("./signing-guide.js").then(({ Guide }) => new Guide(bar));
addEventListener("pageshow", (event) => event.persisted && location.reload());
