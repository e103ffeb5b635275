// Problems of a form, shown at their fields. A slot is [data-problem="<field>"]; signers-<n> means the slot of the n-th row.

const row = (form, field) => {
  const index = /^signers-(\d+)$/.exec(field)?.[1];
  return index && form.querySelectorAll("[data-signer]")[index];
};

const slot = (form, field) =>
  row(form, field)?.querySelector("[data-row-problem]") ??
  form.querySelector(`[data-problem="${CSS.escape(field)}"]`) ??
  form.querySelector('[data-problem="form"]');

const beside = (place, what) => place.parentElement.querySelector(what);

function input(form, field, place, sentences) {
  const ofRow = row(form, field);
  if (!ofRow) return form.elements[field] ?? beside(place, "input:invalid") ?? beside(place, "input:not([type=hidden]), select, textarea, summary");
  const [name, email] = ["signer_name", "signer_email"].map((each) => ofRow.querySelector(`[name="${each}"]`));
  return sentences.length && name.type !== "hidden" && !name.value.trim() ? name : email;
}

/** Take every mark away. */
export function clear(form) {
  for (const place of form.querySelectorAll("[data-problem], [data-row-problem]")) {
    place.hidden = true;
    place.textContent = "";
  }
  for (const marked of form.querySelectorAll("[aria-invalid]")) marked.removeAttribute("aria-invalid");
}

/** Show problems and put the focus on the first field that has one. */
export function show(form, problems) {
  clear(form);
  const marked = Object.entries(problems).map(([field, sentences]) => {
    const place = slot(form, field);
    place.textContent = [place.textContent, ...sentences].filter(Boolean).join(" ");
    place.hidden = false;
    place.closest("details")?.setAttribute("open", "");
    const where = input(form, field, place, sentences);
    where?.setAttribute?.("aria-invalid", "true");
    return { place, where };
  });
  marked.sort((a, b) => (a.place.compareDocumentPosition(b.place) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  const first = marked[0];
  first?.place.scrollIntoView({ block: "nearest" });
  first?.where?.focus?.();
}
