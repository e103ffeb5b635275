// <upload-file action>: files by button or by dropping them, one after the other, with progress; each comes into the list of
// documents, or is refused in words.
import { proof } from "../js/frame.js";
import { fragment } from "../js/answers.js";
import { show, clear } from "../js/problems.js";

class UploadFile extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.input = this.querySelector('input[type="file"]');
    this.input.removeAttribute("name"); // it goes on its own, not with the form
    this.input.addEventListener("change", () => this.upload([...this.input.files]));
    const zone = this.querySelector("[data-drop]");
    for (const type of ["dragover", "dragleave", "drop"]) zone.addEventListener(type, (event) => this.#dragged(event, zone));
  }

  async upload(files) {
    this.input.value = "";
    clear(this.form);
    for (const file of files) {
      if (file.size > Number(this.dataset.maxBytes)) this.#refuse(this.dataset.tooLarge);
      else await this.#send(file);
    }
  }

  #send(file) {
    const body = new FormData();
    body.set("composer_id", this.form.elements.composer_id.value);
    body.set("file", file);
    return new Promise((done) => {
      const request = new XMLHttpRequest(); // fetch() tells nothing about the way out
      request.open("POST", this.getAttribute("action"));
      for (const [name, value] of Object.entries(proof())) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", ({ loaded, total }) => this.#progress((100 * loaded) / total));
      request.addEventListener("load", () => this.#answered(request));
      request.addEventListener("error", () => this.#refuse(this.dataset.unreachable));
      request.addEventListener("loadend", done);
      this.#progress(0);
      request.send(body);
    });
  }

  #answered({ status, responseText }) {
    this.#progress(null);
    if (status !== 200) return this.#refuse(sentence(responseText) || this.dataset.unreachable);
    this.form.querySelector("document-list").add(fragment(responseText).querySelector("[data-document]"));
  }

  #refuse(text) {
    this.#progress(null);
    show(this.form, { upload: [text] });
  }

  #progress(percent) {
    const bar = this.querySelector("[data-progress]");
    bar.hidden = percent === null;
    if (percent === 100) bar.removeAttribute("value"); // all is over there: now it is read, or converted
    else bar.value = percent ?? 0;
  }

  #dragged(event, zone) {
    event.preventDefault();
    zone.classList.toggle("is-over", event.type === "dragover");
    if (event.type === "drop") this.upload([...event.dataTransfer.files]);
  }
}

const sentence = (text) => {
  try {
    return JSON.parse(text).error;
  } catch {
    return "";
  }
};

customElements.define("upload-file", UploadFile);
