// The signer's places drawn over the pages: buttons where something is to be filled in, with what was entered so far.

/** Put one mark on its page. Places come in points from the top-left; percentages follow every size of the page. */
export function placeMark(entry, onPick) {
  const sheet = document.querySelector(`.sheet[data-page="${entry.page}"]`);
  if (!sheet) return null;
  const image = sheet.querySelector("img");
  const [pageWidth, pageHeight] = [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
  const [x, y, width, height] = entry.box;
  const mark = document.createElement("button");
  mark.type = "button";
  mark.className = `mark mark--${entry.type}`;
  mark.dataset.testid = `mark-${entry.number}`;
  Object.assign(mark.style, {
    left: `${(x / pageWidth) * 100}%`,
    top: `${(y / pageHeight) * 100}%`,
    width: `${(width / pageWidth) * 100}%`,
    height: `${(height / pageHeight) * 100}%`,
    fontSize: `${(entry.font / pageWidth) * 100}cqw`,
  });
  mark.addEventListener("click", () => onPick(entry));
  sheet.append(mark);
  return mark;
}

/** Show in a mark what its place holds now. */
export function drawMark(mark, entry) {
  mark.classList.toggle("is-filled", entry.isFilled);
  mark.classList.toggle("is-optional", !entry.required);
  const state = entry.isFilled ? entry.words.filled : entry.required ? entry.words.needed : entry.words.optional;
  mark.setAttribute("aria-label", [entry.label, entry.type === "checkbox" ? "" : entry.text, state].filter(Boolean).join(", "));
  mark.replaceChildren(...face(entry));
}

function face(entry) {
  if (entry.ink) {
    const image = new Image();
    image.src = entry.ink;
    image.alt = "";
    return [image];
  }
  const text = document.createElement("span");
  if (entry.type === "checkbox") Object.assign(text, { textContent: entry.text ? "✕" : "", ariaHidden: "true" });
  else text.textContent = entry.text || entry.label;
  return [text];
}

/** Bring a mark to the middle of what is visible above the bar. */
export function scrollToMark(mark, bar) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const visible = (window.visualViewport?.height ?? innerHeight) - bar.offsetHeight;
  const { top, height } = mark.getBoundingClientRect();
  scrollBy({ top: top - (visible - height) / 2, behavior: calm ? "instant" : "smooth" });
}
