// What our server answers to call(): fragments of HTML, or JSON saying what is wrong.

/** Parse a fragment. */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Replace the page's parts named data-swap by the parts of the same name; each new part says "swap". What was open stays
 *  open, and the focus stays on the field of the same name, at the end of its text. */
export function swap(root, content) {
  const focused = document.activeElement;
  for (const part of [...content.querySelectorAll("[data-swap]")]) {
    const old = root.querySelector(`[data-swap="${part.dataset.swap}"]`);
    const had = focused?.name && old?.contains(focused);
    if (old?.open) part.open = true;
    old?.replaceWith(part);
    part.dispatchEvent(new Event("swap", { bubbles: true }));
    if (had) resume(part, focused);
  }
}

function resume(part, focused) {
  const named = [...part.querySelectorAll(`[name="${CSS.escape(focused.name)}"]`)];
  const field = named.find(({ value, type }) => value === focused.value && type === focused.type) ?? named[0];
  field?.focus();
  if (field?.matches("[type=search], [type=text]")) field.setSelectionRange(field.value.length, field.value.length);
}

/** Read an answer that is not good: { problems: { field: [sentence] } }. */
export async function complaint(response, otherwise) {
  const said = await response.json().catch(() => ({}));
  if (said.problems) return said.problems;
  return { [said.field || "form"]: [said.error || otherwise] };
}
