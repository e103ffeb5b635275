// <live-form>: its form is sent without leaving the page; the answer replaces the page's data-swap parts, a refusal is said
// under the form. Pressed twice, it sends once.
import { call } from "../js/frame.js";
import { complaint, fragment, swap } from "../js/answers.js";

class LiveForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(event.submitter);
    });
  }

  async send(button) {
    if (this.busy || !this.#valid()) return;
    this.#setBusy(true);
    try {
      const response = await call(this.form.getAttribute("action"), { method: "POST", body: new FormData(this.form, button) });
      if (response.ok) this.#show(await response.text());
      else this.#say(Object.values(await complaint(response, "")).flat().join(" "));
    } catch {
      this.#say(document.body.dataset.unreachable ?? "");
    }
    this.#setBusy(false);
  }

  #valid() {
    const wrong = [...this.form.querySelectorAll(":invalid:not(fieldset)")].find((field) => field.checkVisibility?.() ?? true);
    if (!wrong) return true;
    this.#say(wrong.validationMessage || wrong.dataset.missing || "");
    wrong.focus();
    return false;
  }

  #show(html) {
    const root = document.querySelector("main");
    swap(root, fragment(html));
    root.querySelector("[data-focus]")?.focus();
  }

  #say(text) {
    this.querySelector("[data-said]")?.remove();
    const line = document.createElement("span");
    line.className = "problem";
    line.dataset.said = "";
    line.setAttribute("role", "alert");
    line.textContent = text;
    this.form.append(line);
  }

  #setBusy(busy) {
    this.busy = busy;
    for (const button of this.form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", String(busy));
  }
}

customElements.define("live-form", LiveForm);
