// Comforts of a report: a slider, photographs that are small and go up while one types, and a line that drops.
// The form works without this file: then its files go with it when it is sent.
"use strict";

const words = document.getElementById("report-words").dataset;
const report = document.querySelector("form:has([capture])");
const EDGE = 2000; // pixels of the longer side
const SMALL = 400 * 1024; // bytes that go up as they are
const PAUSES = [2, 5, 10, 20, 30]; // seconds before it is tried again
const shots = [];
let wanted = false; // somebody pressed the button

// The percent: a slider beside its number.

const percent = report.elements.percent;
if (percent) {
  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, step: 5 });
  slider.setAttribute("aria-label", words.slide);
  slider.value = percent.value || 0;
  slider.addEventListener("input", () => (percent.value = slider.value));
  percent.addEventListener("input", () => (slider.value = percent.value || 0));
  const box = document.createElement("div");
  box.className = "pct";
  percent.before(box);
  box.append(slider, percent);
}

// What was chosen, shown small.

const list = Object.assign(document.createElement("ul"), { className: "shots" });
const note = Object.assign(document.createElement("p"), { className: "small soft" });
note.setAttribute("role", "status");

const drawn = (picture, edge, crop) => {
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  [canvas.width, canvas.height] = crop || [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const fill = crop ? Math.max(crop[0] / picture.width, crop[1] / picture.height) : scale;
  const [width, height] = [picture.width * fill, picture.height * fill];
  canvas.getContext("2d").drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  return canvas;
};

const shrunk = async (file, picture) => {
  if (!picture || file.size <= SMALL) return file;
  const blob = await new Promise((done) => drawn(picture, EDGE).toBlob(done, "image/jpeg", 0.85));
  if (!blob || blob.size >= file.size) return file;
  return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
};

const say = (shot, state, sentence) => {
  shot.state = state;
  shot.row.dataset.is = { up: "done_on_time", refused: "overdue" }[state] || "due_soon";
  shot.row.querySelector("small").textContent = sentence;
  const waiting = shots.filter((one) => one.state === "waiting").length;
  note.textContent = waiting && !navigator.onLine ? words.offline : wanted && waiting ? words.kept : "";
};

const add = async (file) => {
  // A picture that the browser cannot read, or no picture: it goes up as it is and the portal judges it.
  const picture = file.type.startsWith("image/")
    ? await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null)
    : null;
  const row = document.createElement("li");
  if (picture) {
    const small = Object.assign(document.createElement("img"), { width: 176, height: 132, alt: file.name });
    small.src = drawn(picture, 176, [176, 132]).toDataURL("image/jpeg", 0.7);
    row.append(small);
  } else row.append(Object.assign(document.createElement("b"), { className: "small", textContent: file.name }));
  row.append(document.createElement("small"));
  list.append(row);
  const shot = { key: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`, row, tries: 0 };
  shots.push(shot);
  shot.file = await shrunk(file, picture);
  await send(shot);
};

// Each goes up by itself, under a key of its own: sent twice it is there once.

const send = async (shot) => {
  if (shot.state === "up" || shot.busy) return;
  clearTimeout(shot.timer);
  shot.busy = true;
  shot.tries += 1;
  say(shot, "waiting", shot.tries > 1 ? `${words.again} ${shot.tries}` : words.uploading);
  const body = new FormData();
  body.append("kind", "file");
  body.append("file", shot.file, shot.file.name);
  const headers = { "X-CSRFToken": report.elements.csrfmiddlewaretoken.value, "Idempotency-Key": shot.key };
  let answer = null;
  try {
    answer = await fetch(words.evidence, { method: "POST", body, headers });
  } catch {
    // The line dropped: tried again below.
  }
  shot.busy = false;
  if (answer && answer.ok) say(shot, "up", words.up);
  else if (answer && answer.status < 500 && answer.status !== 429) say(shot, "refused", await reason(answer));
  else {
    say(shot, "waiting", `${words.again} ${shot.tries + 1}`);
    shot.timer = setTimeout(send, 1000 * PAUSES[Math.min(shot.tries, PAUSES.length) - 1], shot);
  }
  if (wanted) report.requestSubmit();
};

const reason = async (answer) => {
  if (answer.status === 401) return words.signedOut;
  const said = await answer.json().catch(() => ({}));
  return [Object.values(said).flat()].flat().join(" ") || words.refused;
};

addEventListener("online", () => shots.forEach((shot) => shot.state === "waiting" && send(shot)));
addEventListener("beforeunload", (event) => {
  if (shots.some((shot) => shot.state === "waiting")) event.preventDefault();
});

for (const input of report.querySelectorAll("input[type=file]")) {
  input.closest(".field").classList.add("picker");
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // they go up by themselves, not once more with the form
    files.forEach(add);
  });
}
const pickers = [...report.querySelectorAll(".picker")];
if (pickers.length) {
  const beside = Object.assign(document.createElement("div"), { className: "pickers" });
  pickers[0].before(beside);
  beside.append(...pickers);
  beside.after(list, note);
}

// The report waits for its photographs and for the line; what was typed stays where it is.

let checked = false;
report.addEventListener("submit", async (event) => {
  if (checked) return;
  event.preventDefault();
  wanted = true;
  const waiting = shots.find((shot) => shot.state === "waiting");
  if (waiting) return say(waiting, "waiting", waiting.row.querySelector("small").textContent);
  const button = report.querySelector("button.main");
  button.disabled = true;
  const there = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  button.disabled = false;
  if (!there) {
    note.textContent = words.offline;
    return setTimeout(() => report.requestSubmit(), 1000 * PAUSES[0]);
  }
  checked = true;
  report.requestSubmit();
  checked = false;
});
