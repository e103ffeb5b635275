// The field editor by keyboard alone. Works on the editor it is given.
//   arrows move by 1 pt, with shift by 10; with alt they resize; tab goes from place to place, enter opens the properties.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Keys {
  constructor(editor) {
    this.editor = editor;
  }

  key(event) {
    const typing = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (event.key === "Escape") return this.#escape(event, typing);
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "s") return this.#took(event, () => this.editor.save());
    if (typing) return;
    if (command && event.key.toLowerCase() === "z") return this.#took(event, () => (event.shiftKey ? this.editor.plan.redo() : this.editor.plan.undo()));
    if (command && event.key.toLowerCase() === "y") return this.#took(event, () => this.editor.plan.redo());
    if (command && event.key === "v") return this.#took(event, () => this.editor.plan.paste());
    if (event.target.closest("[data-id]")) this.#keyOnBox(event, command);
  }

  #keyOnBox(event, command) {
    const ids = this.editor.ids();
    if (event.key in ARROWS) return this.#took(event, () => this.#arrow(event, ids));
    if (event.key === "Tab") return this.#tab(event);
    if (event.key === "Enter") return this.#took(event, () => this.editor.panel.focus());
    if (event.key === " ") return this.#took(event, () => this.editor.plan.toggle(event.target.closest("[data-id]").dataset.id));
    if (event.key === "Delete" || event.key === "Backspace") return this.#took(event, () => this.editor.removeChosen());
    if (!command) return;
    if (event.key.toLowerCase() === "d") this.#took(event, () => this.editor.plan.duplicate(ids));
    if (event.key.toLowerCase() === "a") this.#took(event, () => this.#selectPage());
    if (event.key.toLowerCase() === "c") this.#took(event, () => this.editor.plan.copy());
  }

  #took(event, act) {
    event.preventDefault();
    act();
    this.editor.draw();
    const [first] = this.editor.ids();
    const focused = document.activeElement?.closest("[data-id]")?.dataset.id;
    const isOnBox = event.target.closest("[data-id]") && event.key !== " " && event.key !== "Enter";
    if (isOnBox && first && !this.editor.plan.selected.has(focused)) this.editor.focusBox(first);
  }

  #arrow(event, ids) {
    const step = event.shiftKey ? 10 : 1;
    const [dx, dy] = ARROWS[event.key].map((way) => way * step);
    if (event.altKey) this.editor.plan.resize(ids, dx, dy, `keys-size-${ids}`);
    else this.editor.plan.move(ids, dx, dy, `keys-move-${ids}`);
    this.editor.say("moved", this.editor.plan.get(event.target.closest("[data-id]").dataset.id));
  }

  /** Tab goes through the places in reading order, and beyond the last one out of the pages. */
  #tab(event) {
    const order = this.editor.plan.ordered.map(({ id }) => id);
    const next = order[order.indexOf(event.target.closest("[data-id]").dataset.id) + (event.shiftKey ? -1 : 1)];
    if (!next) return;
    event.preventDefault();
    this.editor.focusBox(next);
  }

  focused(event) {
    const box = event.target.closest("[data-id]");
    if (box && !this.editor.plan.selected.has(box.dataset.id) && !this.editor.pressing) this.editor.plan.select([box.dataset.id]);
  }

  #escape(event, typing) {
    event.preventDefault();
    event.stopPropagation();
    if (this.editor.armed) return this.editor.arm("");
    const [first] = this.editor.ids();
    if (typing && first) return this.editor.focusBox(first);
    if (first) {
      this.editor.plan.select([]);
      return this.editor.querySelector("[data-type]:not(:disabled)").focus();
    }
    this.editor.close();
  }

  #selectPage() {
    const page = this.editor.plan.chosen[0]?.page;
    this.editor.plan.select(this.editor.plan.fields.filter((field) => field.page === page).map(({ id }) => id));
  }
}
