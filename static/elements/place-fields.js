// <place-fields action data-id data-styles data-unreachable>: a button that opens the field editor over the page, on what its form
// has chosen: the file `data-id`. The answer after saving is that file's row, newer; the list of documents takes it.
import { call } from "../js/frame.js";
import { complaint, fragment } from "../js/answers.js";
import { show, clear } from "../js/problems.js";

class PlaceFields extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.button = this.querySelector("button");
    this.button.addEventListener("click", () => this.#open());
  }

  async #open() {
    if (this.busy) return;
    this.#setBusy(true);
    clear(this.form);
    try {
      const [response] = await Promise.all([
        call(this.getAttribute("action"), { method: "POST", body: this.#body() }),
        import("./field-editor.js"),
        styles(this.dataset.styles),
      ]);
      if (response.ok) this.#showDialog(await response.text());
      else show(this.form, { document: Object.values(await complaint(response, this.dataset.unreachable)).flat() });
    } catch {
      show(this.form, { document: [this.dataset.unreachable] });
    }
    this.#setBusy(false);
  }

  #showDialog(html) {
    const dialog = document.createElement("dialog");
    dialog.className = "editing";
    document.body.append(dialog);
    dialog.showModal();
    dialog.innerHTML = html; // shown first: the editor fits the pages to the room there is
    dialog.setAttribute("aria-label", dialog.querySelector("field-editor").dataset.title);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault(); // escape belongs to the editor
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      this.button.focus();
    });
    dialog.querySelector("field-editor").send = (action, fields) => this.#send(action, fields, dialog);
    dialog.querySelector("[data-type]").focus();
  }

  /** Hand the fields in; resolves to what is wrong, or closes the dialog. */
  async #send(action, fields, dialog) {
    const body = this.#body();
    body.set("fields", fields);
    const response = await call(action, { method: "POST", body });
    if (!response.ok) return response.json();
    const [row] = fragment(await response.text()).children;
    dialog.close();
    this.closest("document-list").replace(row);
    row.querySelector("place-fields button")?.focus();
    return null;
  }

  #body() {
    const body = new FormData(this.form);
    body.set("upload_id", this.dataset.id);
    return body;
  }

  #setBusy(busy) {
    this.busy = busy;
    this.button.setAttribute("aria-disabled", String(busy));
  }
}

function styles(href) {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: resolve, onerror: resolve });
    document.head.append(link);
  });
}

customElements.define("place-fields", PlaceFields);
