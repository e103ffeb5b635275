// The sheet in which the signer gives his signature; loaded when he comes to the first place for one.
import { submitOnce } from "./signing-send.js";

let element;

/** Load what the sheet needs and move its form there. */
export function prepare(form) {
  element ??= Promise.all([import("../elements/signature-field.js"), styles(form.dataset.styles)]);
  if (!form.closest("dialog")) build(form);
  return element;
}

/** Open the sheet for one place; `adopted(answer)` gets the picture and the places it went to. */
export async function open(form, field, adopted) {
  await prepare(form);
  form.adopted = adopted;
  form.elements.field.value = field;
  form.querySelector("[data-problem]").textContent = "";
  form.closest("dialog").showModal();
}

function styles(href) {
  return new Promise((resolve) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href, onload: resolve, onerror: resolve });
    document.head.append(link);
  });
}

function build(form) {
  const dialog = document.createElement("dialog");
  dialog.className = "drawer";
  dialog.setAttribute("aria-label", form.dataset.title);
  const close = document.createElement("button");
  Object.assign(close, { type: "button", className: "drawer__close", textContent: "✕", ariaLabel: form.dataset.close });
  close.addEventListener("click", () => dialog.close());
  document.body.append(dialog);
  dialog.append(form, close);
  submitOnce(form, (answer) => {
    dialog.close();
    form.adopted(answer);
  });
}
