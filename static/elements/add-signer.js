// The "Add signatory" panel of a <signer-list>: people of the card, a colleague, anyone. Rows come ready from <template>s.
import { portal } from "../js/frame.js";

class AddSigner extends HTMLElement {
  connectedCallback() {
    this.panel = this.querySelector("details");
    this.signers = this.closest("signer-list");
    this.addEventListener("click", (event) => this.#clicked(event.target));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#close(true));
    for (const type of ["change", "swap"]) this.signers.addEventListener(type, () => this.#hideChosen());
    this.panel.addEventListener("toggle", () => this.panel.open && this.panel.scrollIntoView({ block: "nearest" }));
    this.#hideChosen();
  }

  #clicked(target) {
    const button = target.closest("[data-add]");
    if (button) this.#add(button.dataset.add);
    if (target.closest("[data-colleague]")) this.#addColleague();
  }

  #add(key, name = "") {
    const template = [...this.signers.querySelectorAll("template[data-person]")].find((each) => each.dataset.person === key);
    const row = template.content.cloneNode(true).firstElementChild;
    if (name) row.querySelector("[data-name]").value = name;
    this.#speak(row);
    this.#close();
    this.signers.add(row);
  }

  /** A letter is written in the language of the template, until the employee says otherwise. */
  #speak(row) {
    const locale = this.closest("form").querySelector('[name="template_id"]')?.selectedOptions[0]?.dataset.locale;
    if (locale) row.querySelector('[name="signer_locale"]').value = locale;
  }

  /** The portal's own dialog; closing it without a choice answers nothing. */
  async #addColleague() {
    const b24 = await portal();
    const chosen = await b24?.dialog.selectUser();
    if (chosen?.name) this.#add("", chosen.name);
  }

  #close(focus = false) {
    this.panel.open = false;
    if (focus) this.panel.querySelector("summary").focus();
  }

  #hideChosen() {
    for (const button of this.querySelectorAll("[data-add]")) button.hidden = this.signers.has(button.dataset.add);
    for (const group of this.querySelectorAll('[role="group"]')) group.hidden = !group.querySelector("[data-add]:not([hidden])");
  }
}

customElements.define("add-signer", AddSigner);
