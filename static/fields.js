// Comforts of two kinds of fields; without this file what is typed into them is understood all the same.
"use strict";

// One of many: what matches any part of the typed words is listed below, and moved through with the arrows.

const TYPING = 180; // milliseconds without a key before it is asked
let lists = 0;
// A list that closes while a button below it is pressed would take the button away from under the pointer.
let isPressed = false;
addEventListener("pointerdown", () => (isPressed = true), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (isPressed = false), true);

const pick = (field) => {
  const box = Object.assign(document.createElement("ul"), { className: "choose", id: `choose-${(lists += 1)}`, hidden: true });
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", field.labels[0] ? field.labels[0].textContent.trim() : "");
  field.after(box);
  const set = (name, value) => (value === null ? field.removeAttribute(name) : field.setAttribute(name, value));
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", box.id], ["aria-expanded", "false"]]) set(name, value);
  const options = () => [...box.querySelectorAll("[role=option]")];
  const at = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
  let timer, asked;

  const close = () => {
    clearTimeout(timer);
    asked = null;
    box.hidden = true;
    set("aria-expanded", "false");
    set("aria-activedescendant", null);
  };
  const mark = (index) => {
    options().forEach((option, number) => option.setAttribute("aria-selected", String(number === index)));
    const option = options()[index];
    set("aria-activedescendant", option ? option.id : null);
    if (option) option.scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    if (option.dataset.href) return location.assign(option.dataset.href);
    field.value = option.dataset.value;
    close();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const ask = async () => {
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("q", field.value);
    asked = address.href;
    const answer = await fetch(address).catch(() => null); // without a line there is nothing to choose from
    if (!answer || !answer.ok || answer.redirected || asked !== address.href) return;
    box.innerHTML = await answer.text();
    options().forEach((option, number) => (option.id = `${box.id}-${number}`));
    box.hidden = !box.children.length;
    set("aria-expanded", String(!box.hidden));
    mark(-1);
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, TYPING);
  });
  field.addEventListener("focus", () => field.value || ask());
  field.addEventListener("blur", () => {
    if (!isPressed) return close();
    addEventListener("click", () => setTimeout(close), { once: true });
  });
  field.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (box.hidden) return ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      return mark((at() + step + last + 1 + (at() < 0 && step < 0)) % (last + 1));
    }
    if (box.hidden) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      return close();
    }
    if (event.key === "Enter" && at() >= 0) {
      event.preventDefault();
      take(options()[at()]);
    }
  });
  // The field keeps the focus, or the list would be gone before the press is over.
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
};

// A day: read back in words beside the field, and a small calendar below it.

const DAY = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/;
const language = document.documentElement.lang;
const inWords = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const monthName = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" });
const weekdayName = new Intl.DateTimeFormat(language, { weekday: "short" });

const dayIn = (text) => {
  const match = DAY.exec(text);
  if (!match) return null;
  const [day, month, year] = match.slice(1).map(Number);
  const found = new Date(year, month - 1, day);
  return found.getMonth() === month - 1 && found.getDate() === day ? found : undefined; // undefined: no calendar has it
};
const typed = (day) => [day.getDate(), day.getMonth() + 1].map((part) => String(part).padStart(2, "0")).join("/") + `/${day.getFullYear()}`;
const plus = (day, days) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);

const dated = (field) => {
  field.classList.add("dated");
  const words = Object.assign(document.createElement("output"), { className: "small soft" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn quiet", textContent: field.dataset.calendar });
  button.setAttribute("aria-expanded", "false");
  const month = Object.assign(document.createElement("div"), { className: "calendar", hidden: true });
  month.setAttribute("role", "group");
  const row = Object.assign(document.createElement("div"), { className: "row" });
  field.after(row, month);
  row.append(words, button);

  const read = () => {
    const day = dayIn(field.value);
    words.textContent = day ? inWords.format(day) : day === undefined ? field.dataset.noDay : "";
  };
  const changed = () => field.dispatchEvent(new Event("change", { bubbles: true }));
  const close = () => {
    month.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const draw = (on, focus) => {
    const first = new Date(on.getFullYear(), on.getMonth(), 1);
    const start = plus(first, -((first.getDay() + 6) % 7)); // weeks begin on Monday
    const cells = [...Array(42).keys()].map((days) => plus(start, days)).filter((day, index) => index < 35 || day.getMonth() === on.getMonth());
    month.setAttribute("aria-label", monthName.format(on));
    const turn = (sign, to) => {
      const arrow = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
      arrow.setAttribute("aria-label", monthName.format(to));
      arrow.addEventListener("click", () => draw(to, false));
      return arrow;
    };
    month.replaceChildren(
      turn("‹", new Date(on.getFullYear(), on.getMonth() - 1, 1)),
      Object.assign(document.createElement("b"), { textContent: monthName.format(on) }),
      turn("›", new Date(on.getFullYear(), on.getMonth() + 1, 1)),
      ...cells.slice(0, 7).map((day) => Object.assign(document.createElement("small"), { textContent: weekdayName.format(day) })),
      ...cells.map((day) => {
        const cell = Object.assign(document.createElement("button"), { type: "button", textContent: day.getDate() });
        cell.setAttribute("aria-label", inWords.format(day));
        cell.tabIndex = typed(day) === typed(on) ? 0 : -1;
        if (typed(day) === field.value.trim()) cell.setAttribute("aria-pressed", "true");
        if (day.getMonth() !== on.getMonth()) cell.className = "soft";
        cell.addEventListener("click", () => {
          field.value = typed(day);
          read();
          close();
          field.focus();
          changed();
        });
        return cell;
      }),
    );
    month.day = on;
    if (focus) month.querySelector("[tabindex='0']").focus();
  };
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, PageUp: -28, PageDown: 28 };
  month.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      return button.focus();
    }
    if (!STEPS[event.key]) return;
    event.preventDefault();
    draw(plus(month.day, STEPS[event.key]), true);
  });
  button.addEventListener("click", () => {
    if (!month.hidden) return close();
    month.hidden = false;
    button.setAttribute("aria-expanded", "true");
    draw(dayIn(field.value) || new Date(), true);
  });
  field.addEventListener("input", read);
  read();
};

const improve = (root) => {
  for (const field of root.querySelectorAll("[data-suggest]:not([role=combobox])")) pick(field);
  for (const field of root.querySelectorAll("[data-calendar]:not(.dated)")) dated(field);
};
document.addEventListener("DOMContentLoaded", () => improve(document));
document.addEventListener("htmx:load", (event) => improve(event.target));
