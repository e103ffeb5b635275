// <send-request>: the Send button. It waits for fresh pages, sends once, and shows what is wrong at its fields.
import { call } from "../js/frame.js";
import { complaint, fragment } from "../js/answers.js";
import { clear, show } from "../js/problems.js";

class SendRequest extends HTMLElement {
  #pages = "stale";
  #busy = false;

  connectedCallback() {
    this.form = this.closest("form");
    this.button = this.querySelector("[data-send]");
    for (const state of ["stale", "fresh", "broken"])
      this.form.addEventListener(`preview:${state}`, () => {
        this.#pages = state;
        this.#update();
      });
    this.form.addEventListener("change", () => this.#update());
    this.form.addEventListener("submit", (event) => {
      if (event.submitter?.hasAttribute("formaction")) return; // another button, leading elsewhere
      event.preventDefault();
      this.send();
    });
    this.#update();
  }

  /** Why it cannot be sent just now: the name of a sentence in data-*, or nothing. */
  get obstacle() {
    if (this.#busy) return "busy";
    if (this.#pages !== "fresh") return this.#pages;
    const prepared = this.form.querySelector('[name="prepared_id"]');
    if (!prepared) return this.form.querySelector("pending-file") ? "waiting" : "missing";
    if (prepared.dataset.blocked) return "blocked";
    if (prepared.dataset.empties && !this.form.querySelector('[name="accept_empties"]').checked) return "empties";
    return "";
  }

  async send() {
    if (this.obstacle) return;
    this.#setBusy(true);
    clear(this.form);
    try {
      const response = await call(this.form.getAttribute("action"), { method: "POST", body: new FormData(this.form) });
      if (response.ok) this.#sent(await response.text());
      else show(this.form, await complaint(response, this.dataset.unreachable));
    } catch {
      show(this.form, { form: [this.dataset.unreachable] });
    }
    this.#setBusy(false);
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.#update();
  }

  #update() {
    const { obstacle } = this;
    this.button.setAttribute("aria-disabled", String(Boolean(obstacle)));
    this.querySelector("[data-reason]").textContent = obstacle ? this.dataset[obstacle] : "";
  }

  #sent(html) {
    const main = this.form.closest("main");
    main.replaceChildren(fragment(html));
    main.querySelector("[data-focus]")?.focus();
  }
}

customElements.define("send-request", SendRequest);
