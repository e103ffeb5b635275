// Installation: connects line by line as the server tells each, then lets Bitrix24 know that all is complete.
import { call, portal } from "./frame.js";

const form = document.querySelector("[data-connect]");
const finished = document.querySelector("[data-finished]");

/** Yield the objects of a newline-delimited JSON answer as they arrive. */
async function* objects(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Find a line's place; what was not foreseen (an outdated handler that was removed) gets a new one. */
function place(line) {
  const list = document.querySelector(`[data-kind="${line.kind}"]`);
  const found = list.querySelector(`[data-what="${CSS.escape(line.what)}"]`);
  if (found) return found;
  const added = list.firstElementChild.cloneNode(true);
  added.dataset.what = line.what;
  added.removeAttribute("data-testid");
  list.append(added);
  return added;
}

function show(line) {
  const item = place(line);
  item.dataset.mark = line.mark;
  item.querySelector(".step__name").textContent = line.name;
  item.querySelector("[data-state]").textContent = line.state_name;
  item.querySelector("[data-message]").textContent = line.message;
}

/** A group that broke off leaves no line turning for ever. */
function settle() {
  for (const item of document.querySelectorAll('.step[data-mark="waiting"]')) item.dataset.mark = "warn";
}

async function connect() {
  const summary = form.querySelector("[data-summary]");
  const section = form.closest("section");
  const again = form.querySelector("[data-again]");
  again.hidden = true;
  section.classList.add("is-running");
  let end = { good: false, summary: summary.dataset.broken };
  try {
    const response = await call(form.dataset.connect, { method: "POST" });
    if (!response.ok) throw new Error((await response.json()).error);
    for await (const line of objects(response)) {
      if (line.end) end = line;
      else show(line);
    }
  } catch (error) {
    end.summary = error instanceof TypeError ? summary.dataset.broken : error.message;
  }
  settle();
  section.classList.remove("is-running");
  summary.textContent = end.summary;
  summary.dataset.good = end.good ? "yes" : "";
  section.querySelector("[data-details]").open = !end.good;
  again.textContent = form.dataset.againWords;
  again.hidden = end.good;
  document.querySelector("[data-questions-section]").hidden = false;
}

/** Tell Bitrix24 once; it opens the application anew. When it was told before, go home ourselves. */
async function finish() {
  const b24 = await portal();
  const told = b24?.isInstallMode && (await b24.installFinish().then(() => true, () => false));
  if (!told) finished.querySelector("form").requestSubmit();
}

if (form && !("done" in form.dataset)) {
  connect();
}
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  connect();
});
if (finished) finish();
