// <place-fields action data-id data-styles data-unreachable>: a button that opens the field editor over the page, on what its form
// has chosen: the file `data-id`. The answer after saving is that file's row, newer; the list of documents takes it. Where there
// is no list, the page's parts of the same names are replaced; somebody else's revision (`base`) is what the next saving follows.
import { call } from "../js/frame.js";
import { complaint, fragment, swap } from "../js/answers.js";
import { show, clear } from "../js/problems.js";
import { keepInView } from "../js/visible-part.js";

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
      if (response.ok) await this.#showDialog(await response.text());
      else show(this.form, { [this.#place]: Object.values(await complaint(response, this.dataset.unreachable)).flat() });
    } catch {
      show(this.form, { [this.#place]: [this.dataset.unreachable] });
    }
    this.#setBusy(false);
  }

  get #place() {
    return this.dataset.id ? "document" : "form";
  }

  async #showDialog(html) {
    const dialog = document.createElement("dialog");
    dialog.className = "editing";
    document.body.append(dialog);
    const letGo = await keepInView(dialog);
    dialog.showModal();
    dialog.innerHTML = html; // shown first: the editor fits the pages to the room there is
    dialog.setAttribute("aria-label", dialog.querySelector("field-editor").dataset.title);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault(); // escape belongs to the editor
    });
    dialog.addEventListener("close", () => {
      letGo();
      dialog.remove();
      this.button.focus();
    });
    dialog.querySelector("field-editor").send = (action, fields) => this.#send(action, fields, dialog);
    dialog.querySelector("[data-type]").focus({ preventScroll: true });
  }

  /** Hand the fields in; resolves to what is wrong, or closes the dialog. */
  async #send(action, fields, dialog) {
    const body = this.#body();
    body.set("fields", fields);
    const response = await call(action, { method: "POST", body });
    if (!response.ok) return this.#following(await response.json());
    const content = fragment(await response.text());
    dialog.close();
    const list = this.closest("document-list");
    if (!list) {
      swap(document, content);
      return null;
    }
    const [row] = content.children;
    list.replace(row);
    row.querySelector("place-fields button")?.focus();
    return null;
  }

  #following(problem) {
    if (problem.base) this.form.elements.base.value = problem.base;
    return problem;
  }

  #body() {
    const body = new FormData(this.form);
    if (this.dataset.id) body.set("upload_id", this.dataset.id);
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
