// The panel beside the pages: everything about the selected place, or what several have in common.

const NUMBERS = new Set(["page", "x_pt", "y_pt", "w_pt", "h_pt", "font_size_pt"]);
const OF_ONE = new Set(["page", "x_pt", "y_pt", "label", "group", "shown_when", "property", "options", "default", "hint", "pattern"]);
const OF_A_GROUP = new Set(["required", "shown_when", "signer", "ticked", "property"]); // the same for all buttons of a choice

export class Panel {
  constructor(root, plan, properties) {
    this.root = root;
    this.plan = plan;
    this.properties = properties;
    this.inputs = [...root.querySelectorAll("[data-prop]")];
    for (const input of this.inputs) input.addEventListener(input.matches("select, [type=checkbox]") ? "change" : "input", () => this.#edit(input));
  }

  get current() {
    return this.plan.chosen[0];
  }

  /** Show what is selected now. */
  show() {
    const chosen = this.plan.chosen;
    this.root.querySelector("[data-none]").hidden = chosen.length > 0;
    this.root.querySelector("[data-form]").hidden = !chosen.length;
    this.root.querySelector("[data-several]").hidden = chosen.length < 2;
    if (!chosen.length) return;
    this.#fillChoices(chosen[0]);
    for (const input of this.inputs) this.#fill(input, chosen);
    for (const row of this.root.querySelectorAll("[data-row]")) {
      const fits = !row.dataset.for || chosen.every(({ type }) => row.dataset.for.split(" ").includes(type));
      row.hidden = !fits || ("one" in row.dataset && chosen.length > 1);
    }
    this.root.querySelector("[data-pattern]").hidden = chosen.length > 1 || chosen[0].check !== "pattern";
  }

  focus() {
    this.inputs.find((input) => input.checkVisibility() && input.dataset.prop !== "signer")?.focus();
  }

  #fill(input, chosen) {
    if (input.dataset.prop === "ticked") return void (input.checked = chosen.every((field) => Boolean(field.default)));
    if (input === document.activeElement && input.matches("input:not([type=checkbox]), textarea")) return;
    const value = chosen[0][input.dataset.prop];
    if (input.type === "checkbox") {
      input.checked = chosen.every((field) => Boolean(field[input.dataset.prop]));
      input.indeterminate = !input.checked && chosen.some((field) => Boolean(field[input.dataset.prop]));
    } else if (chosen.some((field) => field[input.dataset.prop] !== value) && input.dataset.prop === "signer") input.value = "";
    else if (Array.isArray(value)) input.value = value.join("\n");
    else if (NUMBERS.has(input.dataset.prop)) input.value = Math.round(value * 100) / 100;
    else input.value = value ?? "";
  }

  /** Fill the lists that depend on the place: conditions of the same signer, properties that fit its type. */
  #fillChoices(field) {
    const ticks = this.plan.ordered.filter((each) => each.signer === field.signer && ["checkbox", "radio"].includes(each.type));
    const others = ticks.filter((each) => each.id !== field.id && !(field.group && each.group === field.group));
    this.#options("shown_when", others.map((each) => [each.id, [each.group, each.label || each.id].filter(Boolean).join(": ")]));
    const fitting = this.properties.filter(({ types }) => types.includes(field.type));
    const strange = field.property && !fitting.some(({ path }) => path === field.property) ? [[field.property, field.property]] : [];
    this.#options("property", [...fitting.map(({ path, label }) => [path, label]), ...strange]);
    const row = this.root.querySelector("[data-prop=default]");
    row.placeholder = field.type === "day" ? "2027-01-31" : "";
  }

  #options(prop, pairs) {
    const select = this.root.querySelector(`[data-prop=${prop}]`);
    const none = select.options[0];
    select.replaceChildren(none, ...pairs.map(([value, text]) => new Option(text, value)));
  }

  #edit(input) {
    const { prop } = input.dataset;
    const value = this.#read(input);
    if (value === null) return;
    let ids = this.plan.chosen.map(({ id }) => id);
    if (OF_ONE.has(prop)) ids = ids.slice(0, 1);
    if (OF_A_GROUP.has(prop)) ids = this.#withGroups(ids);
    this.plan.change(ids, this.#together(prop, value), `prop-${prop}-${ids.join()}`);
  }

  #read(input) {
    const { prop } = input.dataset;
    if (input.type === "checkbox") return input.checked;
    if (prop === "options") return input.value.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!NUMBERS.has(prop)) return input.value;
    const number = Number(input.value);
    if (input.value === "" || !Number.isFinite(number)) return null;
    return prop === "page" ? Math.max(1, Math.min(this.plan.pages.length, Math.round(number))) : number;
  }

  /** What changes with it: a place of another signer cannot depend on the former one's ticks. */
  #together(prop, value) {
    if (prop === "ticked") return ({ id }) => ({ default: value && this.plan.selected.has(id) ? "yes" : "" });
    return prop === "signer" ? { signer: value, shown_when: "" } : { [prop]: value };
  }

  #withGroups(ids) {
    const groups = this.plan.chosen.filter(({ type }) => type === "radio").map(({ signer, group }) => `${signer} ${group}`);
    const joined = this.plan.fields.filter(({ type, signer, group }) => type === "radio" && groups.includes(`${signer} ${group}`));
    return [...new Set([...ids, ...joined.map(({ id }) => id)])];
  }
}
