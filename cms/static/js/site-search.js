// Titles under a search field while somebody types: a combobox with a list. Without script the form asks by itself.
const WAIT = 180;
const LEAST = 2;
const REMEMBERED = 50;

const answers = new Map();
const counter = { lists: 0 };

async function titles(address, words, signal) {
  const known = answers.get(words);
  if (known) return known;
  const answer = await fetch(`${address}?q=${encodeURIComponent(words)}`, { signal });
  if (!answer.ok) return [];
  const { suggestions } = await answer.json();
  if (answers.size >= REMEMBERED) answers.delete(answers.keys().next().value);
  answers.set(words, suggestions);
  return suggestions;
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

class Suggestions {
  constructor(form, input) {
    this.form = form;
    this.input = input;
    this.id = `titles-${(counter.lists += 1)}`;
    this.list = element("ul", { id: this.id, class: "hits", role: "listbox", "aria-label": form.dataset.list, hidden: "" });
    this.said = element("p", { class: "trap", role: "status" });
    this.at = -1;
    form.append(this.list, this.said);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.id, "aria-expanded": "false" };
    for (const [key, value] of Object.entries(roles)) input.setAttribute(key, value);
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => this.go(event.target.closest("[role=option]")));
  }

  later() {
    clearTimeout(this.timer);
    this.asking?.abort();
    const words = this.input.value.trim();
    if (words.length < LEAST) return this.close();
    this.timer = setTimeout(() => this.ask(words), WAIT);
  }

  async ask(words) {
    this.asking = new AbortController();
    try {
      const found = await titles(this.form.dataset.seek, words, this.asking.signal);
      if (words === this.input.value.trim() && document.activeElement === this.input) this.show(found);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // the field works without
    }
  }

  show(found) {
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...found.map(({ title, path }, at) => {
      const attributes = { id: `${this.id}-${at}`, role: "option", "aria-selected": "false", "data-path": path };
      return element("li", attributes, title);
    }));
    this.open(found.length > 0);
    this.said.textContent = found.length ? `${found.length} · ${this.form.dataset.some}` : this.form.dataset.none;
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.open(false);
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.said.textContent = "";
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.choose(step);
    else if (event.key === "Enter" && this.at >= 0) this.go(this.list.children[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  choose(step) {
    const options = [...this.list.children];
    this.at = this.at < 0 && step < 0 ? options.length - 1 : this.at + step; // one step beyond either end is the field
    if (this.at >= options.length) this.at = -1;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.at)));
    if (this.at < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", options[this.at].id);
    options[this.at]?.scrollIntoView({ block: "nearest" });
  }

  go(option) {
    if (option) location.assign(option.dataset.path);
  }
}

export function suggestIn(input) {
  if (input.getAttribute("role") !== "combobox") new Suggestions(input.form, input);
}
