// Leads a signer to the provider's page: asks for the address at the click, waits for the worker to have it, then opens
// it in a frame with the provider's own script, or goes there. Nothing is asked for before the click.
import { send } from "./signing-send.js";

const EVERY_MS = 500;
const PATIENCE_MS = 30_000;
const ENDS = ["sign", "finish", "decline", "reassign"];

const form = document.querySelector("[data-way]");
const button = form.querySelector("[data-go]");
const problem = form.querySelector("p[data-problem]");
const frame = document.querySelector("[data-frame]");
let busy = false;

function show(state, words = "") {
  busy = state;
  button.setAttribute("aria-disabled", String(state));
  button.querySelector(".button__spinner").hidden = !state;
  problem.textContent = words;
}

/** Resolves to the answer that ends the wait: {open, opens, client}, {closed} or {error}; null when we are unreachable. */
async function address() {
  const asked = await send(form.action, new FormData());
  if (!asked?.visit) return asked;
  for (let until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const answer = await send(`${form.action}/${asked.visit}`, new FormData());
    if (!answer?.waiting) return answer;
  }
  return { error: form.dataset.late };
}

/** The vendor's script tells its page our address: without the secret in it, for it is nobody else's. */
function withoutSecret(act) {
  const here = location.href;
  history.replaceState(history.state, "", "/s/");
  try {
    act();
  } finally {
    history.replaceState(history.state, "", here);
  }
}

function openFrame({ open, client }) {
  const signing = new window.HelloSign({ clientId: client });
  const back = () => location.assign(form.dataset.back);
  for (const end of ENDS) signing.once(end, back);
  for (const stop of ["cancel", "close", "error"]) {
    signing.once(stop, () => {
      form.hidden = false;
      frame.hidden = true;
      show(false, stop === "error" ? form.dataset.late : "");
    });
  }
  form.hidden = true;
  frame.hidden = false;
  withoutSecret(() => signing.open(open, { container: frame.querySelector("[data-page]"), allowCancel: true }));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  show(true);
  const answer = await address();
  if (answer?.closed) return location.assign(answer.closed);
  if (!answer?.open) return show(false, answer?.error ?? problem.dataset.offline);
  if (answer.opens === "frame") openFrame(answer);
  else location.assign(answer.open);
});
