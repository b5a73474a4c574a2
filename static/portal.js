// Comforts only: every page works without this file.
"use strict";

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  const button = event.target.closest("[data-print], [data-copy]");
  if (!button) return;
  if (button.matches("[data-print]")) return window.print();
  navigator.clipboard.writeText(new URL(button.dataset.copy || location.href, location.href).href).then(() => {
    const said = button.querySelector("[role=status]");
    if (said) said.hidden = false;
  });
});

// A picture that no browser can draw says so; its name stands there without script.
document.addEventListener("error", (event) => {
  if (!event.target.matches?.("[data-unless-broken]")) return;
  event.target.hidden = true;
  event.target.nextElementSibling.hidden = false;
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// The key / goes to the search of every page, except from a field, where it is a letter.
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("find");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !search) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  if (search.offsetParent) search.focus();
  else location.assign(search.form.action);
});

// Selected rows: the bar says how many; without script it always stands there.
const boxesOf = (form) => [...form.elements].filter((field) => field.matches("td.check input[type=checkbox]"));
const countPicked = (form) => {
  if (form.querySelector(".bulk[data-all]")) return; // all that match, whatever this page shows of them
  const picked = boxesOf(form).filter((box) => box.checked).length + Number(form.dataset.beyond || 0);
  for (const place of form.querySelectorAll("[data-picked]")) place.textContent = picked;
  for (const bar of form.querySelectorAll(".bulk")) bar.hidden = picked === 0;
};
document.addEventListener("change", (event) => {
  if (event.target.form && event.target.closest("td.check")) countPicked(event.target.form);
});
// *All on this page* and *none* without loading the page anew.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pick]");
  if (!link) return;
  event.preventDefault();
  const form = link.closest("form");
  for (const box of boxesOf(form)) box.checked = link.dataset.pick !== "none";
  countPicked(form);
});

// What needs script shows itself only when there is script.
const wake = (root) => {
  for (const button of root.querySelectorAll("[data-print], [data-copy]")) button.hidden = false;
  for (const bar of root.querySelectorAll("form .bulk")) countPicked(bar.closest("form"));
};
document.addEventListener("DOMContentLoaded", () => wake(document));
document.addEventListener("htmx:load", (event) => wake(event.target));

// A form that is on its way says so, and its buttons wait; sent twice it is done once all the same.
const STUCK = 20000; // a download leaves its page standing, and a lost line needs another try
const free = (button) => {
  if (!button.waiting) return;
  clearTimeout(button.waiting.timer);
  button.replaceChildren(...button.waiting.words);
  button.disabled = false;
  button.waiting = null;
};
const wait = (button, says) => {
  button.waiting = { words: [...button.childNodes], timer: setTimeout(free, STUCK, button) };
  if (says) button.replaceChildren(document.documentElement.dataset.sending);
  button.disabled = true;
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || (form.getAttribute("method") || "").toLowerCase() !== "post") return;
  const buttons = [...form.querySelectorAll("button:not([type=button]):not(:disabled)")];
  const pressed = event.submitter || buttons[0];
  // After the browser has read the form: the value of a disabled button is not sent.
  setTimeout(() => buttons.forEach((button) => wait(button, button === pressed)));
});
// A page that comes back with the browser's Back button is as it was.
window.addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach(free));

// What was typed when the session had ended comes back after signing in again. It is kept in this tab only.
const TYPED = "typed";
const reader = () => document.documentElement.dataset.reader;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!reader() || form.method !== "post") return;
  sessionStorage.removeItem(TYPED);
  const fields = [...form.elements].filter((field) => field.matches("textarea, select, input:not([type=hidden], [type=file], [type=password])"));
  const values = fields.map((field) => [field.name, field.value, field.checked === true]);
  if (fields.length) sessionStorage.setItem(TYPED, JSON.stringify({ action: new URL(form.action).pathname, reader: reader(), values }));
});
document.addEventListener("DOMContentLoaded", () => {
  const typed = JSON.parse(sessionStorage.getItem(TYPED) || "null");
  if (!typed) return;
  if (!reader()) {
    // The sign-in page in between: only what it interrupted comes back.
    return sessionStorage.setItem(TYPED, JSON.stringify({ ...typed, interrupted: true }));
  }
  sessionStorage.removeItem(TYPED);
  if (!typed.interrupted || typed.reader !== reader()) return;
  const form = [...document.forms].find((form) => form.method === "post" && new URL(form.action).pathname === typed.action);
  if (!form) return;
  for (const [name, value, checked] of typed.values) {
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type !== "radio" && field.type !== "checkbox") field.value = value;
      else if (field.value === value) field.checked = checked;
    }
  }
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "status");
  note.textContent = document.documentElement.dataset.typed;
  form.prepend(note);
});
