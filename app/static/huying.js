// What a page does beyond HTML: menus, the side bar, pickers, conditions, checklists. Pages work without it.
"use strict";

const words = JSON.parse(document.body.dataset.words || "{}");

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function symbol(name) {
  return make("i", { class: `fa-solid ${name} fa-fw`, "aria-hidden": "true" });
}

// Menus ------------------------------------------------------------------------------------------

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const close = event.target.closest("[data-close]");
  if (close) close.closest("details").open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details[data-menu][open]");
  closeMenus(null);
  if (menu) menu.querySelector("summary").focus();
  showSide(false);
});

const sideButton = document.querySelector("[data-side]");

function showSide(open) {
  if (!sideButton) return;
  const was = document.body.classList.contains("side-open");
  document.body.classList.toggle("side-open", open);
  sideButton.setAttribute("aria-expanded", String(open));
  document.getElementById("main").inert = open;
  if (open) document.querySelector("#side a").focus();
  else if (was) sideButton.focus();
}

// Which parts of the menu were opened or folded up is remembered; the part of this page is open.
for (const part of document.querySelectorAll("[data-part]")) {
  const kept = localStorage.getItem(`menu ${part.dataset.part}`);
  if (kept) part.open = kept === "open" || part.querySelector("[aria-current]") !== null;
  part.querySelector("summary").addEventListener("click", () => {
    localStorage.setItem(`menu ${part.dataset.part}`, part.open ? "folded" : "open");
  });
}

if (sideButton) {
  sideButton.setAttribute("role", "button");
  sideButton.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      sideButton.click();
    }
  });
  sideButton.addEventListener("click", (event) => {
    event.preventDefault();
    showSide(!document.body.classList.contains("side-open"));
  });
  document.querySelector("[data-curtain]").addEventListener("click", (event) => {
    event.preventDefault();
    showSide(false);
  });
  const here = document.querySelector("#side [aria-current]");
  if (here && here.offsetTop > window.innerHeight - 160) here.scrollIntoView({ block: "center" });
}

// Rows and forms ---------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, select, summary, label")) return;
  if (String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(row.dataset.href);
  else window.location.assign(row.dataset.href);
});

// A second press while the first is under way would be a second try.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  else {
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
  }
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

const told = document.querySelector("[data-focus]");
if (told) told.focus();

// Pickers: a box to search in, for a select whose choices are on the server ------------------------

let pickers = 0;

class Picker {
  constructor(frame) {
    this.frame = frame;
    this.select = frame.querySelector("select");
    this.many = this.select.multiple;
    this.number = pickers++;
    this.found = [];
    this.active = -1;
    this.build();
    this.show();
  }

  build() {
    const { select } = this;
    const id = select.id || `picker-${this.number}`;
    this.needed = select.required;
    select.required = false;
    select.hidden = true;
    select.removeAttribute("id");
    this.list = make("ul", { id: `${id}-list`, role: "listbox", class: "picker-list", hidden: true });
    if (this.many) this.list.setAttribute("aria-multiselectable", "true");
    this.input = make("input", {
      id,
      class: "picker-input",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: words.search,
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": this.list.id,
      "aria-invalid": select.getAttribute("aria-invalid"),
      "aria-describedby": select.getAttribute("aria-describedby"),
      "aria-label": select.getAttribute("aria-label"),
    });
    this.chips = make("span", { class: "picker-chips" });
    this.clear = make("button", { type: "button", class: "picker-clear", "aria-label": words.empty, hidden: true }, symbol("fa-xmark"));
    this.status = make("span", { class: "sr-only", role: "status", "aria-live": "polite" });
    this.box = make("span", { class: "input picker-box" }, this.chips, this.input, this.clear, symbol("fa-angle-down"));
    this.frame.append(this.box, this.list, this.status);
    this.listen();
  }

  listen() {
    const { input } = this;
    input.addEventListener("input", () => this.searchSoon());
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    this.box.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) return;
      if (event.target !== input) {
        event.preventDefault();
        input.focus();
      }
      if (this.list.hidden) this.search();
    });
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.pick(this.found[Number(option.dataset.index)]);
    });
    this.clear.addEventListener("click", () => {
      this.chosen().forEach((option) => this.drop(option));
      input.focus();
    });
  }

  chosen() {
    return [...this.select.selectedOptions].filter((option) => option.value);
  }

  show() {
    const chosen = this.chosen();
    if (this.many) {
      this.chips.replaceChildren(...chosen.map((option) => this.chip(option)));
      this.input.value = "";
    } else {
      this.input.value = chosen.length ? chosen[0].text : "";
    }
    this.clear.hidden = this.many || !chosen.length;
    this.input.required = this.needed && !chosen.length;
  }

  chip(option) {
    const remove = make("button", { type: "button", "aria-label": `${words.remove} ${option.text}` }, symbol("fa-xmark"));
    remove.addEventListener("click", () => {
      this.drop(option);
      this.input.focus();
    });
    return make("span", { class: "chip" }, make("span", {}, option.text), remove);
  }

  drop(option) {
    option.remove();
    if (!this.many) this.select.value = "";
    this.changed();
  }

  changed() {
    this.show();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  pick(choice) {
    const known = [...this.select.options].find((option) => option.value === String(choice.id));
    if (this.many && known && known.selected) this.drop(known);
    else {
      if (!this.many) this.chosen().forEach((option) => option.remove());
      this.select.append(new Option(choice.text, choice.id, true, true));
      this.changed();
    }
    this.close();
  }

  searchSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(this.input.value), 200);
  }

  async search(wanted = "") {
    clearTimeout(this.timer);
    if (this.asking) this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    const address = new URL(this.frame.dataset.lookup, window.location.href);
    address.searchParams.set("q", wanted);
    this.open();
    this.tell(words.searching);
    try {
      const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.offer(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") this.tell(words.failed);
    }
  }

  tell(sentence) {
    this.found = [];
    this.list.replaceChildren(make("li", { class: "picker-note", role: "presentation" }, sentence));
    this.status.textContent = sentence;
    this.mark(-1);
  }

  offer(found) {
    if (!found.length) {
      this.tell(words.nothing);
      return;
    }
    const chosen = new Set(this.chosen().map((option) => option.value));
    this.found = found;
    this.list.replaceChildren(
      ...found.map((choice, index) =>
        make(
          "li",
          {
            id: `${this.list.id}-${index}`,
            role: "option",
            "data-index": index,
            "aria-selected": String(chosen.has(String(choice.id))),
          },
          choice.text,
        ),
      ),
    );
    this.status.textContent = words.found.replace("{n}", found.length);
    this.mark(0);
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    clearTimeout(this.timer);
    if (this.asking) this.asking.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
    this.show();
  }

  mark(index) {
    this.active = index;
    for (const option of this.list.children) option.classList.toggle("active", option.dataset.index === String(index));
    const option = this.list.querySelector(".active");
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.search();
      else if (this.found.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.mark((this.active + step + this.found.length) % this.found.length);
      }
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      if (this.found[this.active]) this.pick(this.found[this.active]);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.many && !this.input.value) {
      const last = this.chosen().at(-1);
      if (last) this.drop(last);
    }
  }
}

function enhancePickers(root) {
  for (const frame of root.querySelectorAll("[data-picker]")) {
    if (!frame.querySelector("[role=combobox]")) new Picker(frame);
  }
}

// A form whose fields depend on what is chosen first is drawn again when that changes ---------------

function enhanceRedraw(root) {
  for (const button of root.querySelectorAll("[data-redraw]")) {
    button.closest(".field").querySelector("select").addEventListener("change", () => redraw(button));
    button.hidden = true;
  }
}

function redraw(button) {
  const chosen = [...button.form.querySelectorAll("input[type=file]")].filter((input) => input.files.length);
  if (chosen.length) redrawAround(button, chosen);
  else button.form.requestSubmit(button);
}

// A new page would have forgotten the files that were chosen: the other fields are fetched and drawn around them.
// Who types on meanwhile loses neither the words nor the place.
async function redrawAround(button, chosen) {
  const form = button.form;
  const boxes = [...form.querySelectorAll(".fields input[id]:not([type=file]), .fields textarea[id]")];
  const before = new Map(boxes.map((box) => [box, box.value]));
  const sent = new FormData();
  for (const [name, value] of new FormData(form, button)) {
    if (!(value instanceof File)) sent.append(name, value);
  }
  const answer = await fetch(form.action, { method: "POST", body: sent });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const drawn = page.querySelector("form.form .fields");
  for (const input of chosen) drawn.querySelector(`#${input.id}`).replaceWith(input);
  for (const [box, value] of before) {
    const again = drawn.querySelector(`#${box.id}`);
    if (again && box.value !== value) again.value = box.value;
  }
  const typing = boxes.find((box) => box === document.activeElement);
  form.querySelector(".fields").replaceWith(drawn);
  enhancePickers(drawn);
  enhanceRedraw(drawn);
  const first = drawn.querySelector("[data-redraw]").closest(".field").querySelector("[role=combobox]");
  ((typing && drawn.querySelector(`#${typing.id}`)) || first).focus();
}

enhanceRedraw(document);

// Conditions: the boxes that fit the column chosen -------------------------------------------------

for (const form of document.querySelectorAll("form[data-condition]")) {
  const column = form.querySelector("select");
  const rest = form.querySelector("[data-rest]");
  column.addEventListener("change", () => {
    const template = [...form.querySelectorAll("template")].find((one) => one.dataset.column === column.value);
    rest.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
    if (form.dataset.condition === "numbered") number(rest, column.value);
    enhancePickers(rest);
  });
}

// Flask-AppBuilder numbers its comparisons, and reads the number from the name of the value.
function number(rest, name) {
  const comparison = rest.querySelector("[data-comparison]");
  const value = rest.querySelector(`[name="${name}"]`);
  if (!value) return;
  const rename = () => {
    value.name = `_flt_${comparison.value}_${name}`;
  };
  comparison.addEventListener("change", rename);
  value.removeAttribute("id");
  rename();
}

// Checklists: a long select of many, as groups of boxes to tick ------------------------------------

function checklist(select) {
  const groups = new Map();
  const parted = [...select.options].map((option) => [option, option.text.match(/^(.+?)(?:：|: )(.+)$/)]);
  const grouped = parted.every(([, parts]) => parts);
  for (const [option, parts] of parted) {
    const [whose, what] = grouped ? parts.slice(1) : ["", option.text];
    if (!groups.has(whose)) groups.set(whose, []);
    groups.get(whose).push([option, what]);
  }
  const search = make("input", { class: "input", type: "search", placeholder: words.search, "aria-label": words.search });
  const body = make("div", { class: "checklist-body" });
  for (const [whose, options] of groups) {
    const group = make("fieldset", { class: "checklist-group" }, make("legend", { class: whose ? "" : "sr-only" }, whose));
    for (const [option, what] of options) {
      const tick = make("input", { type: "checkbox" });
      tick.checked = option.selected;
      tick.addEventListener("change", () => {
        option.selected = tick.checked;
      });
      group.append(make("label", { class: "check", "data-text": option.text.toLowerCase() }, tick, make("span", {}, what)));
    }
    body.append(group);
  }
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const group of body.children) {
      const labels = [...group.querySelectorAll("label")];
      for (const label of labels) label.hidden = !label.dataset.text.includes(wanted);
      group.hidden = labels.every((label) => label.hidden);
    }
  });
  if (!groups.size) body.append("–");
  select.hidden = true;
  select.required = false;
  select.after(make("div", { class: "checklist" }, ...(select.options.length > 12 ? [search] : []), body));
}

for (const select of document.querySelectorAll("select[data-checklist]")) checklist(select);

// What was typed goes along to the other form.
for (const link of document.querySelectorAll("a[data-carries]")) {
  link.addEventListener("click", () => {
    const address = new URL(link.href);
    for (const name of link.dataset.carries.split(" ").filter(Boolean)) {
      const typed = document.getElementById(`f-${name}`)?.value.trim();
      if (typed) address.searchParams.set(name, typed);
    }
    link.href = address.href;
  });
}

enhancePickers(document);
