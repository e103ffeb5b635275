// <bitrix-files action>: what Bitrix24 has to send, asked for when it is first looked at; a click takes it into the list.
import { call } from "../js/frame.js";
import { complaint, fragment } from "../js/answers.js";
import { clear, show } from "../js/problems.js";

class BitrixFiles extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.name !== "drive_search") return;
      event.preventDefault();
      this.querySelector("[data-find]").click();
    });
    this.form.addEventListener("change", (event) => event.target.name === "source" && this.#lookedAt());
    this.#lookedAt();
  }

  #lookedAt() {
    if (this.form.elements.source.value === "bitrix24" && this.querySelector("[data-show]")) this.#open();
  }

  #clicked(event) {
    const button = event.target.closest("[data-pick], [data-folder], [data-show]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.pick) this.#pick(button);
    else if (button.dataset.folder) this.#openFolder(button);
    else this.#open();
  }

  async #open() {
    const html = await this.#ask(this.getAttribute("action"), {}, this.querySelector("[data-show]"));
    if (html) this.querySelector("[data-panel]").replaceWith(html);
  }

  async #openFolder(button) {
    const search = button.matches("[data-find]") ? this.querySelector('[name="drive_search"]').value : "";
    const html = await this.#ask("/composer/drive", { folder: button.dataset.folder, drive_search: search }, button);
    if (!html) return;
    this.querySelector("[data-drive]").replaceWith(html);
    const drive = this.querySelector("[data-drive]");
    drive.querySelector("input, .choice")?.focus({ preventScroll: true });
    drive.scrollIntoView({ block: "nearest" });
  }

  async #pick(button) {
    const html = await this.#ask("/composer/pick", { pick: button.dataset.pick }, button);
    if (html) this.form.querySelector("document-list").add(html.querySelector("[data-document]"));
  }

  /** Ask once at a time; a refusal is said at the document. */
  async #ask(action, fields, button) {
    if (this.getAttribute("aria-busy") === "true") return null;
    this.setAttribute("aria-busy", "true");
    button?.classList.add("is-busy");
    clear(this.form);
    const body = new FormData();
    body.set("composer_id", this.form.elements.composer_id.value);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    try {
      const response = await call(action, { method: "POST", body });
      if (response.ok) return fragment(await response.text());
      this.#complain(Object.values(await complaint(response, this.dataset.unreachable)).flat());
    } catch {
      this.#complain([this.dataset.unreachable]);
    } finally {
      this.removeAttribute("aria-busy");
      button?.classList.remove("is-busy");
    }
    return null;
  }

  #complain(sentences) {
    show(this.form, { bitrix24: sentences });
  }
}

customElements.define("bitrix-files", BitrixFiles);
