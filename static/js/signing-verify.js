// The form that checks a file: shows which one was chosen, stops files that are too large, shows that it works.
const MOST_BYTES = 25 * 1024 * 1024;

for (const form of document.querySelectorAll("form[data-check]")) {
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  const problem = form.querySelector("[data-problem]");
  input.addEventListener("change", () => {
    const file = input.files[0];
    if (file) form.querySelector("[data-file-name]").textContent = file.name;
    const tooLarge = file?.size > MOST_BYTES ? problem.dataset.tooLarge : "";
    problem.textContent = tooLarge;
    input.setCustomValidity(tooLarge);
  });
  for (const kind of ["dragenter", "dragleave", "drop"])
    input.addEventListener(kind, () => form.querySelector(".drop").classList.toggle("is-over", kind === "dragenter"));
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
    button.setAttribute("aria-disabled", "true");
    button.querySelector(".button__spinner").hidden = false;
  });
  addEventListener("pageshow", () => {
    button.setAttribute("aria-disabled", "false");
    button.querySelector(".button__spinner").hidden = true;
  });
}
