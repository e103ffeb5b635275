// Leads the signer from place to place: the list of forms becomes a bar at the bottom that shows one place at a time,
// and every entry is saved as it is made.
import { drawMarks, placeMarks, scrollToMark } from "./signing-marks.js";
import { Saver, send } from "./signing-send.js";

const TYPING_PAUSE_MS = 700;

/** One place of the signer, or a group of buttons: its form in the bar, its marks on the pages. */
class Entry {
  constructor(form, index, words) {
    const { type, page, label, places, font, field, shownWhen } = form.dataset;
    Object.assign(this, { form, type, label, field, words, shownWhen, number: index + 1, page: Number(page), font: Number(font) });
    this.places = JSON.parse(places);
    this.required = "required" in form.dataset;
    this.isOurs = "ours" in form.dataset;
    this.control = form.querySelector("[data-control]");
    this.choices = [...form.querySelectorAll("[data-choice]")];
    this.picture = form.querySelector("[data-ink]");
    this.opener = form.querySelector("[data-open]");
    this.file = form.querySelector("[data-file]");
    this.saved = this.text;
  }

  /** What the server is told. */
  get text() {
    if (this.type === "checkbox") return this.control?.checked ? this.control.value : "";
    if (this.choices.length) return this.choices.find((choice) => choice.checked)?.value ?? "";
    return this.control?.value.trim() ?? "";
  }

  /** What a person reads on the mark. */
  get shownText() {
    if (this.type === "day" && this.text) return new Date(`${this.text}T12:00`).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
    return this.text || this.form.querySelector("[data-name]")?.textContent || (this.isOurs ? (this.form.dataset.text ?? "") : "");
  }

  get ink() {
    return this.picture?.getAttribute("src") ?? "";
  }

  get isFilled() {
    return Boolean(this.shownText || this.ink);
  }

  get isHidden() {
    return this.form.hidden;
  }

  get isMissing() {
    return this.required && !this.isHidden && !this.isFilled;
  }

  /** Whether the tick with this id is set here. */
  ticks(id) {
    if (this.choices.length) return this.text === id;
    return this.field === id && Boolean(this.text);
  }

  /** Go back to what the server holds. */
  revert() {
    if (this.type === "checkbox") this.control.checked = Boolean(this.saved);
    for (const choice of this.choices) choice.checked = choice.value === this.saved;
  }

  adopt(ink) {
    this.picture.src = ink;
    this.picture.hidden = !ink;
    if (!ink) this.picture.removeAttribute("src");
    if (!this.opener) return;
    this.opener.textContent = this.opener.dataset.again;
    this.opener.classList.add("button--quiet");
  }

  say(problem) {
    this.form.querySelector("[data-problem]").textContent = problem;
    (this.control ?? this.file)?.setAttribute("aria-invalid", String(Boolean(problem)));
  }
}

export class Guide {
  constructor(bar) {
    this.bar = bar;
    const words = bar.dataset;
    this.entries = [...bar.querySelectorAll("[data-entry]")].map((form, index) => new Entry(form, index, words));
    this.saver = new Saver((state) => this.#saySaved(state));
    this.next = bar.querySelector("[data-next]");
    this.review = bar.querySelector("[data-review]");
    for (const entry of this.entries) this.#wire(entry);
    this.next.addEventListener("click", () => this.goOn());
    this.review.addEventListener("click", (event) => this.#leave(event));
    bar.classList.add("is-guided");
    document.body.classList.add("is-guided");
    followKeyboard();
    this.#follow();
    this.#count();
    this.#openAddressed();
    addEventListener("hashchange", () => this.#openAddressed());
  }

  /** Show one place: its form in the bar, its mark in view. */
  open(entry, focus = true) {
    this.current = entry;
    this.bar.querySelector("[data-intro]").hidden = true;
    for (const other of this.entries) {
      other.form.classList.toggle("is-current", other === entry);
      for (const mark of other.marks) mark.classList.toggle("is-current", other === entry);
    }
    if (entry.opener) import("./signing-ink.js").then(({ prepare }) => prepare(this.#inkForm(entry)));
    this.#count();
    if (entry.marks.length) scrollToMark(entry.marks[0], this.bar);
    const chosen = entry.choices.find((choice) => choice.checked) ?? entry.choices[0];
    if (focus) (entry.control ?? entry.opener ?? chosen ?? entry.file)?.focus({ preventScroll: true });
  }

  /** Go to the next place still empty: forward first, then back to what was left out. */
  goOn() {
    const after = this.entries.slice(this.entries.indexOf(this.current) + 1);
    const target = after.find((e) => !e.isFilled && !e.isOurs && !e.isHidden) ?? this.entries.find((e) => e.isMissing && e !== this.current);
    if (target) this.open(target);
    else if (this.current?.isMissing) this.open(this.current);
    else this.review.click();
  }

  #wire(entry) {
    entry.marks = placeMarks(entry, () => this.open(entry));
    drawMarks(entry);
    entry.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter?.hasAttribute("data-remove")) return this.#sendFile(entry, true);
      this.#save(entry);
      this.goOn();
    });
    entry.opener?.addEventListener("click", () => this.#openInk(entry));
    entry.file?.addEventListener("change", () => entry.file.files.length && this.#sendFile(entry, false));
    for (const choice of entry.choices) choice.addEventListener("change", () => this.#changed(entry));
    let pause;
    entry.control?.addEventListener("input", () => {
      this.#draw(entry);
      clearTimeout(pause);
      pause = setTimeout(() => this.#save(entry), TYPING_PAUSE_MS);
    });
    entry.control?.addEventListener("change", () => this.#changed(entry));
  }

  #changed(entry) {
    this.#draw(entry);
    this.#save(entry);
  }

  /** Show and hide what depends on ticks, until nothing changes any more: one tick may rule over another. */
  #follow() {
    for (let round = 0; round <= this.entries.length; round += 1) {
      const turned = this.entries.filter((e) => e.shownWhen && e.isHidden === this.#isTicked(e.shownWhen));
      for (const entry of turned) {
        entry.form.hidden = !entry.form.hidden;
        drawMarks(entry);
      }
      if (!turned.length) return;
    }
  }

  #isTicked(id) {
    return this.entries.some((entry) => !entry.isHidden && entry.ticks(id));
  }

  async #sendFile(entry, isRemoved) {
    const body = new FormData(entry.form);
    if (isRemoved) body.set("remove", "1");
    entry.say("");
    const name = entry.form.querySelector("[data-name]");
    if (!isRemoved) name.textContent = entry.file.dataset.busy;
    this.#saySaved("saving");
    const answer = await send(entry.form.action, body);
    entry.file.value = "";
    name.textContent = "";
    if (answer?.closed) return location.assign(answer.closed);
    if (!answer || answer.error) {
      entry.say(answer?.error ?? entry.form.querySelector("[data-problem]").dataset.offline);
    } else {
      name.textContent = answer.name;
      entry.adopt(answer.ink);
      entry.form.querySelector("[data-remove]").hidden = isRemoved;
    }
    this.#saySaved(answer?.error || !answer ? "none" : "done");
    this.#draw(entry);
  }

  async #save(entry) {
    const text = entry.text;
    if (entry.isOurs || entry.opener || entry.file || text === (entry.asked ?? entry.saved)) return;
    entry.asked = text;
    entry.say("");
    const body = new FormData(entry.form);
    body.set("text", text);
    const answer = await this.saver.save(entry.field, entry.form.action, body);
    if (!answer) return;
    if (answer.closed) location.assign(answer.closed);
    entry.asked = undefined;
    if (answer.error) {
      entry.revert();
      entry.say(answer.error);
    } else entry.saved = text;
    this.#draw(entry);
  }

  #inkForm(entry) {
    return this.bar.ownerDocument.querySelector(`[data-ink-form="${entry.type}"]`);
  }

  async #openInk(entry) {
    const { open } = await import("./signing-ink.js");
    open(this.#inkForm(entry), entry.field, (answer) => {
      for (const place of this.entries.filter((e) => answer.places.includes(e.field))) {
        place.adopt(answer.ink);
        this.#draw(place);
      }
      this.#saySaved("done");
      this.open(entry, false);
      (this.next.hidden ? this.review : this.next).focus();
    });
  }

  #draw(entry) {
    this.#follow();
    drawMarks(entry);
    this.#count();
  }

  #count() {
    const needed = this.entries.filter((entry) => entry.required && !entry.isHidden);
    const missing = needed.filter((entry) => entry.isMissing);
    const count = this.bar.querySelector("[data-progress]");
    const text = count.dataset.text.replace("{done}", needed.length - missing.length).replace("{total}", needed.length);
    if (count.textContent !== text) count.textContent = text;
    const bar = this.bar.querySelector("[data-progress-bar]");
    bar.max = needed.length || 1;
    bar.value = needed.length ? needed.length - missing.length : 1;
    this.bar.classList.toggle("is-done", !missing.length);
    this.next.classList.toggle("button--quiet", Boolean(this.current?.isMissing));
    this.next.hidden = missing.length === 0;
    this.review.hidden = missing.length > 0;
  }

  #saySaved(state) {
    const saved = this.bar.querySelector("[data-saved]");
    saved.textContent = saved.dataset[state] ?? "";
    saved.classList.toggle("is-late", state === "retrying");
  }

  /** Leave for the review only with everything saved. */
  async #leave(event) {
    event.preventDefault();
    if (this.current?.control || this.current?.choices.length) this.#save(this.current);
    await this.saver.idle();
    const refused = this.entries.find((entry) => !entry.isHidden && (entry.control ?? entry.file)?.ariaInvalid === "true");
    if (refused) this.open(refused);
    else location.assign(this.review.href);
  }

  #openAddressed() {
    const entry = this.entries.find(({ form }) => `#${form.id}` === location.hash);
    if (entry) this.open(entry, false);
  }
}

/** Keep the bar and dialogs above the on-screen keyboard, which covers the page's bottom on phones. */
function followKeyboard() {
  const view = window.visualViewport;
  const follow = () => {
    const covered = view.scale > 1.05 ? 0 : Math.max(0, innerHeight - view.height - view.offsetTop);
    document.documentElement.style.setProperty("--keyboard", `${Math.round(covered)}px`);
  };
  view?.addEventListener("resize", follow);
  view?.addEventListener("scroll", follow);
}
