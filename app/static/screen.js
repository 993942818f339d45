// Fills the command screen, and asks for new figures every minute; without an answer the last ones stay, with their time.
"use strict";

const EVERY = 60_000;
const PATIENCE = 20_000;
const { figures: address, fresh, stale, none } = document.body.dataset;
const status = document.getElementById("status");
const clock = document.getElementById("clock");
let last = "";

function made(name, text = "", kind = "") {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function bar(share) {
  const whole = made("span", "", "bar");
  const part = made("i");
  part.style.width = `${share}%`;
  whole.append(part);
  return whole;
}

function show({ at, today, stages, board, latest }) {
  last = at;
  for (const tile of document.querySelectorAll("[data-today]")) {
    const value = today[tile.dataset.today];
    tile.querySelector("b").textContent = value;
    tile.className = value ? tile.dataset.tone : "";
  }
  document.querySelector(".board tbody").replaceChildren(...board.map(department));
  const first = Math.max(1, stages[0].calls);
  document.querySelector(".loop ol").replaceChildren(
    ...stages.map(({ label, calls }) => {
      const line = made("li");
      line.append(made("span", label), bar((100 * calls) / first), made("b", calls));
      return line;
    }),
  );
  document.querySelector(".latest tbody").replaceChildren(...(latest.length ? latest.map(call) : [made("tr", none)]));
}

function department({ unit, open, late, response }) {
  const row = made("tr");
  const name = made("th", unit);
  name.scope = "row";
  const share = made("td");
  if (response === null) share.textContent = "–";
  else share.append(bar(response), made("b", `${response}%`));
  row.append(name, made("td", open), made("td", late, late ? "danger" : ""), share);
  return row;
}

function call({ at, caller, category, scope, state, tone }) {
  const row = made("tr", "", scope);
  row.append(made("td", at), made("td", caller), made("td", category), made("td", state, tone));
  return row;
}

async function refresh() {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
    tell(fresh, "");
  } catch {
    tell(stale, "stale");
  }
}

function tell(sentence, kind) {
  status.textContent = sentence.replace("{at}", last);
  status.className = kind;
}

function tick() {
  clock.textContent = new Date().toLocaleString(document.documentElement.lang, { timeZone: "Asia/Shanghai", dateStyle: "long", timeStyle: "medium" });
}

show(JSON.parse(document.getElementById("figures").textContent));
tell(fresh, "");
tick();
setInterval(tick, 1000);
setInterval(refresh, EVERY);
addEventListener("online", refresh);
