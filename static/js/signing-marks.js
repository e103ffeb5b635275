// The signer's places drawn over the pages: buttons where something is to be filled in, with what was entered so far.

/** Put an entry's marks on their pages: one, or one for each button of a group. */
export function placeMarks(entry, onPick) {
  return entry.places.map((place) => placeMark(entry, place, onPick)).filter(Boolean);
}

/** Places come in points from the top-left; percentages follow every size of the page. */
function placeMark(entry, place, onPick) {
  const sheet = document.querySelector(`.sheet[data-page="${place.page}"]`);
  if (!sheet) return null;
  const image = sheet.querySelector("img");
  const [pageWidth, pageHeight] = [Number(image.getAttribute("width")), Number(image.getAttribute("height"))];
  const [x, y, width, height] = place.box;
  const mark = document.createElement("button");
  mark.type = "button";
  mark.className = `mark mark--${entry.type}`;
  mark.dataset.testid = entry.places.length > 1 ? `mark-${entry.number}-${place.id}` : `mark-${entry.number}`;
  mark.dataset.place = place.id;
  Object.assign(mark.style, {
    left: `${(x / pageWidth) * 100}%`,
    top: `${(y / pageHeight) * 100}%`,
    width: `${(width / pageWidth) * 100}%`,
    height: `${(height / pageHeight) * 100}%`,
    fontSize: `${(entry.font / pageWidth) * 100}cqw`,
  });
  mark.addEventListener("click", () => {
    const choice = entry.choices.find((each) => each.value === place.id);
    if (choice && !choice.checked) choice.click();
    onPick(entry);
  });
  sheet.append(mark);
  return mark;
}

/** Show in an entry's marks what it holds now. */
export function drawMarks(entry) {
  for (const mark of entry.marks) drawMark(mark, entry, entry.places.find((place) => place.id === mark.dataset.place));
}

function drawMark(mark, entry, place) {
  const isButton = entry.choices.length > 0;
  const isFilled = isButton ? entry.text === place.id : entry.isFilled;
  mark.hidden = entry.isHidden;
  mark.classList.toggle("is-filled", isFilled || (isButton && entry.isFilled));
  mark.classList.toggle("is-optional", !entry.required);
  const state = isFilled ? entry.words.filled : entry.required ? entry.words.needed : entry.words.optional;
  const words = isButton ? place.label : entry.type === "checkbox" ? "" : entry.shownText;
  mark.setAttribute("aria-label", [entry.label, words, state].filter(Boolean).join(", "));
  mark.replaceChildren(...face(entry, isFilled));
}

function face(entry, isFilled) {
  if (entry.ink) {
    const image = new Image();
    image.src = entry.ink;
    image.alt = "";
    return [image];
  }
  const text = document.createElement("span");
  if (entry.type === "checkbox") Object.assign(text, { textContent: isFilled ? "✕" : "", ariaHidden: "true" });
  else if (entry.type === "radio") Object.assign(text, { textContent: isFilled ? "●" : "", ariaHidden: "true" });
  else text.textContent = entry.shownText || entry.label;
  return [text];
}

/** Bring a mark to the middle of what is visible above the bar. */
export function scrollToMark(mark, bar) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const visible = (window.visualViewport?.height ?? innerHeight) - bar.offsetHeight;
  const { top, height } = mark.getBoundingClientRect();
  scrollBy({ top: top - (visible - height) / 2, behavior: calm ? "instant" : "smooth" });
}
