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

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Selected rows: the bar says how many; without script it always stands there.
const countPicked = (form) => {
  const picked = form.querySelectorAll("td.check :checked").length;
  for (const place of form.querySelectorAll("[data-picked]")) place.textContent = picked;
  for (const bar of form.querySelectorAll(".bulk")) bar.hidden = picked === 0;
};
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (form && event.target.closest("td.check")) countPicked(form);
});

// What needs script shows itself only when there is script.
const wake = (root) => {
  for (const button of root.querySelectorAll("[data-print], [data-copy]")) button.hidden = false;
  for (const bar of root.querySelectorAll("form .bulk")) countPicked(bar.closest("form"));
};
document.addEventListener("DOMContentLoaded", () => wake(document));
document.addEventListener("htmx:load", (event) => wake(event.target));
