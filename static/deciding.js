// Letters for deciding in a row. Comforts only: every one of them is a link or a button too.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
});

// Open the question and go where the answer is given: to the first field, else to the button.
const openQuestion = (details) => {
  if (!details) return;
  details.open = true;
  const answer = details.querySelector("textarea, input:not([type=hidden])") || details.querySelector("form button");
  answer.scrollIntoView({ block: "center" });
  answer.focus();
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  if (!link) return;
  event.preventDefault();
  openQuestion(document.getElementById(link.dataset.open));
});

const KEYS = {
  j: () => document.querySelector("a[rel=next]")?.click(),
  k: () => document.querySelector("a[rel=prev]")?.click(),
  c: () => openQuestion(document.querySelector("[data-key=c]")),
  b: () => openQuestion(document.querySelector("[data-key=b]")),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const act = document.querySelector("[data-keys]") && KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
