// The questions: the letter follows every key, placeholders go in where the caret is, saving keeps the place on the page.
import { call } from "./frame.js";

const PAUSE_MS = 350;
const box = document.querySelector("[data-questions]");
const form = () => box.querySelector("form");
let timer;
let count = 0;

/** Ask for the letter in a fresh frame and show it once it is there: no flicker, nothing in the history. */
function preview() {
  const holder = box.querySelector("[data-preview-frame]");
  const frame = holder.querySelector("iframe").cloneNode();
  frame.name = `letter-preview-${(count += 1)}`;
  frame.dataset.coming = "";
  delete frame.dataset.testid;
  for (const late of holder.querySelectorAll("[data-coming]")) late.remove();
  holder.append(frame);
  frame.addEventListener("load", () => arrive(holder, frame));
  const button = form().querySelector("[data-preview]");
  button.formTarget = frame.name;
  form().requestSubmit(button);
}

function arrive(holder, frame) {
  for (const other of holder.querySelectorAll("iframe")) if (other !== frame) other.remove();
  delete frame.dataset.coming;
  frame.dataset.testid = "letter-preview";
  holder.querySelector("[data-preview-loading]").hidden = true;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(preview, PAUSE_MS);
}

function insert(chip) {
  const body = chip.closest("[data-letter]").querySelector("textarea");
  body.setRangeText(chip.dataset.insert, body.selectionStart, body.selectionEnd, "end");
  body.focus();
  later();
}

function usual(button) {
  const letter = button.closest("[data-letter]");
  letter.querySelector("input").value = button.dataset.subject;
  letter.querySelector("textarea").value = button.dataset.body;
  later();
}

/** Post, and read the page that comes back; a refusal is said on top of the old one. */
async function answered(url, body) {
  const response = await call(url, { method: "POST", body });
  const text = await response.text();
  if (response.headers.get("Content-Type").startsWith("text/html")) {
    return new DOMParser().parseFromString(text, "text/html");
  }
  const note = Object.assign(document.createElement("p"), { className: "note note--bad", textContent: JSON.parse(text).error });
  note.setAttribute("role", "alert");
  form().prepend(note);
  return null;
}

/** Send the form without leaving the page, and put the answered form in its place. */
async function send(submitter) {
  submitter.disabled = true;
  submitter.setAttribute("aria-busy", "true");
  const body = new FormData(form());
  const page = await answered(submitter.getAttribute("formaction") ?? form().getAttribute("action"), body);
  submitter.disabled = false;
  submitter.removeAttribute("aria-busy");
  if (!page) return;
  const [fresh, attempt] = [page.querySelector("#questions"), page.querySelector("#try")];
  for (const name of ["paraph_session", "csrf_token"]) fresh.elements[name].value = form().elements[name].value;
  form().replaceWith(fresh);
  box.querySelector("#try").replaceWith(attempt);
  start();
  const place = submitter.matches("[data-test]") ? attempt : fresh;
  (box.querySelector("[aria-invalid]") ?? place.querySelector("[data-done]"))?.focus();
}

function start() {
  form().querySelector("[data-preview]").hidden = true;
  form().addEventListener("input", later);
  form().addEventListener("click", (event) => {
    const { target } = event;
    if (target.matches("[data-insert]")) insert(target);
    if (target.matches("[data-usual]")) usual(target);
  });
  box.querySelector("#try").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "test_email") return;
    event.preventDefault();
    form().requestSubmit(box.querySelector("[data-test]"));
  });
  form().addEventListener("submit", (event) => {
    const { submitter } = event;
    const stays = submitter?.matches("[data-test]") || form().dataset.swap === "settings";
    if (submitter?.matches("[data-preview]") || !stays) return;
    event.preventDefault();
    send(submitter);
  });
}

if (box) {
  start();
  preview();
}
