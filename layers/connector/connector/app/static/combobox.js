// A text field with a list under it that narrows as one types (WAI-ARIA: combobox with a list). Without scripts the
// browser shows the field's own datalist; where a browser does it poorly, on phones for one, this is better.

const MOST = 100;
let count = 0;

export function comboboxes(root = document) {
  for (const input of root.querySelectorAll("input[list]")) combobox(input);
}

function combobox(input) {
  const source = document.getElementById(input.getAttribute("list"));
  input.removeAttribute("list");
  const list = document.createElement("ul");
  list.id = `choices-${(count += 1)}`;
  list.className = "choices-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0].textContent.trim());
  input.after(list);
  const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(said)) input.setAttribute(name, value);
  let active = -1;

  const shown = () => [...list.children];
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const open = (query) => {
    const found = matching(source, query, "others" in input.dataset).slice(0, MOST);
    list.replaceChildren(...found.map((one, i) => choice(one, `${list.id}-${i}`, one.value === input.value)));
    if (!found.length) return close();
    list.hidden = false;
    active = -1;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  };
  const move = (to) => {
    const all = shown();
    active = (to + all.length) % all.length;
    for (const [i, one] of all.entries()) one.classList.toggle("active", i === active);
    all[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[active].id);
  };
  const take = (one) => {
    input.value = one.dataset.value;
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  };

  input.addEventListener("click", () => (list.hidden ? open("") : close()));
  input.addEventListener("input", (event) => event.isTrusted && open(input.value));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (list.hidden) {
        open("");
        if (list.hidden) return;
        active = shown().findIndex((one) => one.getAttribute("aria-selected") === "true");
        if (active >= 0) return move(active);
      }
      move(active < 0 && step < 0 ? -1 : active + step);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      take(shown()[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const one = event.target.closest("[role=option]");
    if (one) take(one);
  });
}

function matching(source, query, others) {
  const wanted = query.trim().toLowerCase();
  const fits = (one) => `${one.value} ${one.text}`.toLowerCase().includes(wanted);
  const own = [...source.options].filter(fits);
  if (!others || !wanted) return own;
  const known = new Set(own.map((one) => one.value));
  const rest = [...document.querySelectorAll("datalist[id^=accounts-]:not([data-strict]) option")];
  return [...own, ...rest.filter((one) => fits(one) && !known.has(one.value) && known.add(one.value))];
}

function choice(one, id, selected) {
  const made = document.createElement("li");
  made.id = id;
  made.dataset.value = one.value;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", String(selected));
  made.append(one.value);
  if (one.text && one.text !== one.value) {
    made.append(" ", Object.assign(document.createElement("span"), { className: "hint", textContent: one.text }));
  }
  return made;
}
