// What our server answers to call(): fragments of HTML, or JSON saying what is wrong.

/** Parse a fragment. */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Replace the page's parts named data-swap by the parts of the same name; each new part says "swap". What was open stays
 *  open, and the focus stays on the field of the same name. */
export function swap(root, content) {
  const focused = document.activeElement?.name;
  for (const part of [...content.querySelectorAll("[data-swap]")]) {
    const old = root.querySelector(`[data-swap="${part.dataset.swap}"]`);
    const had = old?.contains(document.activeElement);
    if (old?.open) part.open = true;
    old?.replaceWith(part);
    part.dispatchEvent(new Event("swap", { bubbles: true }));
    if (had && focused) part.querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** Read an answer that is not good: { problems: { field: [sentence] } }. */
export async function complaint(response, otherwise) {
  const said = await response.json().catch(() => ({}));
  if (said.problems) return said.problems;
  return { [said.field || "form"]: [said.error || otherwise] };
}
