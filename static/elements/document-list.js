// <document-list>: the chosen documents: order by dragging, by buttons, by Alt+arrows. add(row) takes a new row. Emits
// "change" when the list changed. The template's row says which template is chosen.
import { follow } from "./drag-row.js";

class DocumentList extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("pointerdown", (event) => this.#grabbed(event));
    this.form.addEventListener("change", (event) => event.target.name === "template_id" && this.#nameTemplate());
    this.#mark();
  }

  get list() {
    return this.querySelector("[data-rows]");
  }

  get rows() {
    return [...this.list.children];
  }

  add(row) {
    this.list.append(row);
    this.#changed(this.dataset.added, row);
  }

  /** Put a newer state of a document where the older one stands. */
  replace(row) {
    this.list.querySelector(`[data-document="${CSS.escape(row.dataset.document)}"]`)?.replaceWith(row);
    this.#changed("", row);
    this.form.dispatchEvent(new CustomEvent("document:changed")); // the same name, other pages
  }

  move(row, step) {
    const other = this.rows[this.rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    this.#changed(this.dataset.moved, row);
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#changed(this.dataset.removed, row);
    next?.querySelector("button:not(:disabled)")?.focus();
  }

  #clicked(event) {
    const row = event.target.closest("[data-document]");
    const mover = event.target.closest("[data-move]");
    if (!row || !event.target.closest("[data-move], [data-drop-row]")) return;
    event.preventDefault();
    if (!mover) return this.remove(row);
    this.move(row, Number(mover.dataset.move));
    (mover.disabled ? mover.parentElement.querySelector("[data-move]:not(:disabled)") : mover)?.focus();
  }

  #pressed(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest("[data-document]");
    if (!event.altKey || !step || !row) return;
    event.preventDefault();
    this.move(row, step);
    event.target.focus();
  }

  #grabbed(event) {
    const row = event.target.closest("[data-handle]")?.closest("[data-document]");
    if (row) follow(event, row, () => this.#changed(this.dataset.moved, row));
  }

  #nameTemplate() {
    const chosen = this.form.querySelector('select[name="template_id"]')?.selectedOptions[0];
    const name = this.querySelector("[data-template-name]");
    if (name && chosen) name.textContent = chosen.textContent.trim();
  }

  #changed(sentence, row) {
    this.#mark();
    const words = { name: row.querySelector("[data-name]").textContent.trim(), n: this.rows.indexOf(row) + 1, all: this.rows.length };
    this.querySelector("[data-live]").textContent = (sentence ?? "").replace(/\{(\w+)\}/g, (_, word) => words[word]);
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #mark() {
    this.rows.forEach((row, index, rows) => {
      row.querySelector('[data-move="-1"]').disabled = index === 0;
      row.querySelector('[data-move="1"]').disabled = index === rows.length - 1;
    });
  }
}

customElements.define("document-list", DocumentList);
