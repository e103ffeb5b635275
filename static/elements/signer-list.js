// <signer-list>: the chosen signatories: order by dragging, by buttons, by Alt+arrows; turns and colours follow the order.
// add(row) takes a new row. Emits "change" when the list changed; takes over rows that came from the server ("swap").
import { follow } from "./drag-row.js";

const COLOURS = 6;

class SignerList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.#clicked(event.target));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("change", (event) => event.target.matches("[data-together]") && this.#renumber());
    this.addEventListener("pointerdown", (event) => this.#grabbed(event));
    this.addEventListener("swap", () => this.#takeOver());
    this.#takeOver();
  }

  get list() {
    return this.querySelector("[data-rows]");
  }

  get rows() {
    return [...this.list.children];
  }

  has(key) {
    return Boolean(key) && this.rows.some((row) => row.dataset.key === key);
  }

  add(row) {
    this.list.append(row);
    this.#changed(this.dataset.added, row);
    const empty = [...row.querySelectorAll('[name="signer_name"], [name="signer_email"]')].find((each) => each.type !== "hidden" && !each.value);
    (empty ?? row.querySelector('[name="signer_email"]')).focus();
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#changed(this.dataset.removed, row);
    (next?.querySelector("[data-remove]") ?? this.querySelector("summary")).focus();
  }

  /** Move a row by so many places; false when it stands at the end already. */
  move(row, step) {
    const other = this.rows[this.rows.indexOf(row) + step];
    if (!other) return false;
    if (step < 0) other.before(row);
    else other.after(row);
    this.#changed(this.dataset.moved, row);
    return true;
  }

  #clicked(target) {
    const row = target.closest("[data-signer]");
    const mover = target.closest("[data-move]");
    if (!row) return;
    if (target.closest("[data-remove]")) this.remove(row);
    if (mover && this.move(row, Number(mover.dataset.move))) this.#keepFocus(mover);
  }

  #pressed(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest("[data-signer]");
    if (!event.altKey || !step || !row) return;
    event.preventDefault();
    if (this.move(row, step)) event.target.focus();
  }

  #keepFocus(button) {
    const usable = button.disabled ? button.parentElement.querySelector("[data-move]:not(:disabled)") : button;
    usable?.focus();
  }

  #grabbed(event) {
    const handle = event.target.closest("[data-handle]");
    if (!handle) return;
    const row = handle.closest("[data-signer]");
    follow(event, row, () => this.#changed(this.dataset.moved, row));
  }

  #changed(sentence, row) {
    this.#renumber();
    const words = { name: nameOf(row), n: this.rows.indexOf(row) + 1, all: this.rows.length };
    this.querySelector("[data-live]").textContent = (sentence ?? "").replace(/\{(\w+)\}/g, (_, word) => words[word]);
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Equal turns that came from the server become "together" marks. */
  #takeOver() {
    this.rows.forEach((row, index, rows) => {
      row.querySelector("[data-together]").checked = index > 0 && turn(row) === turn(rows[index - 1]);
    });
    this.#renumber();
  }

  #renumber() {
    let order = 0;
    this.rows.forEach((row, index, rows) => {
      const together = row.querySelector("[data-together]");
      if (index === 0) together.checked = false;
      if (!together.checked) order += 1;
      row.querySelector("[data-order]").value = order;
      row.querySelector("[data-number]").textContent = order;
      row.dataset.colour = (index % COLOURS) + 1;
      row.classList.toggle("is-joined", together.checked);
      row.querySelector('[data-move="-1"]').disabled = index === 0;
      row.querySelector('[data-move="1"]').disabled = index === rows.length - 1;
    });
    this.querySelector("[data-none]").hidden = this.rows.length > 0;
  }
}

const turn = (row) => row.querySelector("[data-order]").value;
const nameOf = (row) => row.querySelector("[data-name]").value ?? row.querySelector("[data-name]").textContent;

customElements.define("signer-list", SignerList);
