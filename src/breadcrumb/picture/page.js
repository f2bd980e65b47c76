"use strict";
const run = JSON.parse(document.getElementById("run").textContent);
const [LANE, ROW, FUNCTION, START, DURATION, SELF, STATE, CALLER, SPAN, ARGS, RESULT, RAISED] = Array(12).keys();
const ERROR = 1, OPEN = 2;
const HEIGHT = 18, TITLE = 20, GAP = 6;
const element = (id) => document.getElementById(id);
const canvas = element("picture"), tip = element("tip");
const whole = { from: 0, to: Math.max(run.end, 1) };
const view = { ...whole };
let chosen = -1, matches = null, dragged = null;

const time = (ns) => ns === null ? "not ended"
  : ns < 1e3 ? `${ns} ns` : ns < 1e6 ? `${+(ns / 1e3).toPrecision(3)} µs`
  : ns < 1e9 ? `${+(ns / 1e6).toPrecision(3)} ms` : `${+(ns / 1e9).toPrecision(4)} s`;
const count = (n) => n.toLocaleString("en");
const ended = (call) => call[DURATION] === null ? run.end : call[START] + call[DURATION];
const name = (call) => run.functions[call[FUNCTION]].name;
const written = (call) => `${name(call)}(${call[ARGS]})` + (call[RAISED] !== null ? `  !! ${call[RAISED]}`
  : call[RESULT] !== null ? `  -> ${call[RESULT]}` : "");
const laneName = ([pid, thread, task]) => [`process ${pid}`, thread, task].filter(Boolean).join(" · ");

const callees = run.calls.map(() => []);
run.calls.forEach((call, at) => { if (call[CALLER] >= 0) callees[call[CALLER]].push(at); });
const lanes = run.lanes.map((lane) => ({ title: laneName(lane), rows: 0, top: 0, calls: [] }));
run.calls.forEach((call, at) => {
  const lane = lanes[call[LANE]];
  lane.rows = Math.max(lane.rows, call[ROW] + 1);
  (lane.calls[call[ROW]] ??= []).push(at);
});
let height = 0;
for (const lane of lanes) {
  lane.top = height + TITLE;
  height += TITLE + lane.rows * HEIGHT + GAP;
}

function colour(call, faint) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  let hash = 7;
  for (const c of run.functions[call[FUNCTION]].full.split(".").slice(0, -1).join(".")) hash = (hash * 31 + c.charCodeAt(0)) % 360;
  let shade = 11;
  for (const c of name(call)) shade = (shade * 31 + c.charCodeAt(0)) % 12;
  const light = (dark ? 34 : 76) + shade - 6;
  return `hsl(${hash} ${faint ? 8 : dark ? 38 : 52}% ${light}% / ${faint ? 0.45 : call[STATE] === OPEN ? 0.6 : 1})`;
}

const x = (ns) => (ns - view.from) / (view.to - view.from) * canvas.clientWidth;

/* The first of a row's calls, which lie one after the other, that ends after a moment. */
function firstAfter(row, ns) {
  let low = 0, high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ended(run.calls[row[middle]]) < ns) low = middle + 1; else high = middle;
  }
  return low;
}

function draw() {
  const scale = devicePixelRatio || 1, width = canvas.clientWidth;
  canvas.style.height = `${height + TITLE}px`;
  canvas.width = width * scale;
  canvas.height = (height + TITLE) * scale;
  const paper = canvas.getContext("2d"), text = getComputedStyle(document.body).color;
  const quiet = getComputedStyle(element("facts")).color, mark = getComputedStyle(element("notes")).color;
  paper.scale(scale, scale);
  paper.textBaseline = "middle";
  drawTimes(paper, width, quiet, getComputedStyle(element("chart")).borderTopColor);
  for (const lane of lanes) {
    paper.font = "600 11.5px system-ui";
    paper.fillStyle = quiet;
    paper.fillText(lane.title, 6, lane.top + TITLE / 2 - 1);
    lane.calls.forEach((row, level) => drawRow(paper, row, lane.top + TITLE + level * HEIGHT, width, text, mark));
  }
}

function drawTimes(paper, width, quiet, line) {
  const step = 10 ** Math.floor(Math.log10((view.to - view.from) / width * 150));
  const between = [1, 2, 5, 10].map((n) => n * step).find((n) => n / (view.to - view.from) * width > 90) ?? 10 * step;
  paper.font = "11px system-ui";
  for (let at = Math.ceil(view.from / between) * between; at <= view.to; at += between) {
    paper.fillStyle = line;
    paper.fillRect(x(at), TITLE, 1, height);
    paper.fillStyle = quiet;
    paper.fillText(time(at), x(at) + 3, TITLE / 2);
  }
}

function drawRow(paper, row, top, width, text, mark) {
  let drawn = -1;
  for (let i = firstAfter(row, view.from); i < row.length; i++) {
    const at = row[i], call = run.calls[at], left = Math.max(x(call[START]), 0);
    if (left > width) break;
    const right = Math.min(Math.max(x(ended(call)), left + 1), width);
    if (right <= drawn + 0.5 && at !== chosen) continue; /* on a pixel that has its call */
    drawn = right;
    paper.fillStyle = colour(call, matches !== null && !matches.has(at));
    paper.fillRect(left, top, Math.max(right - left - 0.5, 0.8), HEIGHT - 1.5);
    if (call[STATE] === ERROR) {
      paper.fillStyle = mark;
      paper.fillRect(left, top + HEIGHT - 4, Math.max(right - left - 0.5, 1.5), 2.5);
    }
    if (at === chosen) {
      paper.strokeStyle = text;
      paper.lineWidth = 2;
      paper.strokeRect(left + 1, top + 1, Math.max(right - left - 2, 1), HEIGHT - 3.5);
    }
    if (right - left > 34) {
      paper.save();
      paper.beginPath();
      paper.rect(left, top, right - left - 3, HEIGHT);
      paper.clip();
      paper.font = "11.5px ui-monospace, monospace";
      paper.fillStyle = text;
      paper.fillText(right - left > 160 ? written(call) : name(call), left + 4, top + HEIGHT / 2 - 0.5);
      paper.restore();
    }
  }
}

function callUnder(event) {
  const place = canvas.getBoundingClientRect();
  const left = event.clientX - place.left, top = event.clientY - place.top - TITLE;
  const lane = lanes.find((lane) => top >= lane.top && top < lane.top + lane.rows * HEIGHT);
  const row = lane?.calls[Math.floor((top - lane.top) / HEIGHT)];
  if (row === undefined) return -1;
  const ns = view.from + left / canvas.clientWidth * (view.to - view.from);
  const pixel = (view.to - view.from) / canvas.clientWidth;
  const at = row[firstAfter(row, ns - pixel)];
  return at !== undefined && run.calls[at][START] <= ns + pixel ? at : -1;
}

function look(from, to) {
  const width = Math.min(Math.max(to - from, 20), whole.to);
  view.from = Math.min(Math.max(from, 0), whole.to - width);
  view.to = view.from + width;
  draw();
}

function zoomTo(at) {
  const call = run.calls[at], length = Math.max(ended(call) - call[START], 100);
  look(call[START] - length * 0.05, ended(call) + length * 0.05);
}

function choose(at) {
  chosen = at;
  const place = element("call"), call = run.calls[at];
  place.replaceChildren();
  const list = place.appendChild(document.createElement("dl"));
  const tell = (title, text, failed) => {
    if (text === null || text === undefined || text === "") return null;
    list.appendChild(document.createElement("dt")).textContent = title;
    const said = list.appendChild(document.createElement("dd"));
    said.textContent = text;
    if (failed) said.className = "failed";
    return said;
  };
  const cost = run.functions[call[FUNCTION]].cost;
  tell("call", `${name(call)}(${call[ARGS]})`);
  tell("returned", call[RESULT]);
  tell("raised", call[RAISED], true);
  tell("took", time(call[DURATION]) + (call[SELF] === null ? "" : `, ${time(call[SELF])} of its own`));
  tell("began", `${time(call[START])} after the first call shown`);
  tell("on", laneName(run.lanes[call[LANE]]));
  if (cost) tell("defined at", `${cost[5]}:${cost[6]}`);
  if (call[CALLER] >= 0) {
    const said = tell("called by", " ");
    const link = document.createElement("a");
    link.href = "#";
    link.textContent = name(run.calls[call[CALLER]]);
    link.onclick = (event) => { event.preventDefault(); choose(call[CALLER]); };
    said.replaceChildren(link);
  }
  tell("calls", callees[at].length ? `${count(callees[at].length)} shown` : null);
  tell("more", `breadcrumb show ${call[SPAN]}`);
  draw();
}

function find(text) {
  const wanted = text.trim().toLowerCase();
  matches = null;
  if (wanted) {
    matches = new Set();
    run.calls.forEach((call, at) => { if (written(call).toLowerCase().includes(wanted)) matches.add(at); });
  }
  element("found").textContent = matches ? `${count(matches.size)} calls` : "";
  draw();
}

function fillFunctions(by, down) {
  const rows = run.functions.filter((each) => each.cost);
  const value = (each) => by === "name" ? each.name : each.cost[by];
  rows.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (down ? -1 : 1));
  const body = document.querySelector("#functions tbody");
  body.replaceChildren(...rows.map((each) => {
    const row = document.createElement("tr"), [calls, errors, self, total, longest, file, line] = each.cost;
    for (const text of [each.name, count(calls), errors ? count(errors) : "", time(self), total === null ? "" : time(total), time(longest), `${file.split("/").slice(-2).join("/")}:${line}`]) {
      row.appendChild(document.createElement("td")).textContent = text;
    }
    if (errors) row.children[2].className = "failed";
    row.onclick = () => { element("find").value = `${each.name}(`; find(`${each.name}(`); };
    return row;
  }));
}

function tell() {
  const shown = run.calls.length, part = shown < run.kept ? `; the ${count(shown)} longest and failed are shown` : "";
  document.title = `${run.command} · Breadcrumb`;
  element("command").textContent = run.command;
  element("facts").textContent = [`run ${run.run}`, run.status + (run.exit ? ` (${run.exit})` : ""),
    run.duration === null ? null : time(run.duration), `${count(run.counted)} calls${part}`,
    run.errors ? `${count(run.errors)} left by an exception` : null].filter(Boolean).join(" · ");
  for (const note of run.notes) element("notes").appendChild(document.createElement("li")).textContent = note;
}

canvas.addEventListener("wheel", (event) => {
  if (event.shiftKey) return;
  event.preventDefault();
  const at = view.from + event.offsetX / canvas.clientWidth * (view.to - view.from);
  const times = Math.exp((event.ctrlKey ? 0.01 : 0.0015) * event.deltaY);
  look(at - (at - view.from) * times, at + (view.to - at) * times);
}, { passive: false });
canvas.addEventListener("pointerdown", (event) => {
  dragged = { x: event.clientX, from: view.from, to: view.to, moved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  if (dragged) {
    const by = (dragged.x - event.clientX) / canvas.clientWidth * (dragged.to - dragged.from);
    dragged.moved ||= Math.abs(dragged.x - event.clientX) > 3;
    if (dragged.moved) look(dragged.from + by, dragged.to + by);
  }
  const at = callUnder(event);
  tip.hidden = at < 0 || dragged?.moved;
  if (tip.hidden) return;
  const call = run.calls[at];
  tip.textContent = `${written(call)}   ${time(call[DURATION])}`;
  tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8)}px`;
});
canvas.addEventListener("pointerup", (event) => {
  const at = callUnder(event);
  if (!dragged?.moved && at >= 0) choose(at);
  dragged = null;
});
canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
canvas.addEventListener("dblclick", (event) => { const at = callUnder(event); if (at >= 0) zoomTo(at); });
canvas.addEventListener("keydown", (event) => {
  if (chosen < 0 && event.key.startsWith("Arrow") && run.calls.length) return choose(0);
  const call = run.calls[chosen];
  const siblings = call === undefined ? [] : call[CALLER] >= 0 ? callees[call[CALLER]] : lanes[call[LANE]].calls[call[ROW]];
  const next = { ArrowUp: call?.[CALLER], ArrowDown: callees[chosen]?.[0],
    ArrowLeft: siblings[siblings.indexOf(chosen) - 1], ArrowRight: siblings[siblings.indexOf(chosen) + 1] }[event.key];
  if (next >= 0) { event.preventDefault(); choose(next); }
  if (event.key === "Enter" && chosen >= 0) zoomTo(chosen);
});
addEventListener("keydown", (event) => { if (event.key === "Escape") look(whole.from, whole.to); });
addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
element("whole").onclick = () => look(whole.from, whole.to);
element("find").oninput = (event) => find(event.target.value);
const sorted = { by: 2, down: true };
for (const head of document.querySelectorAll("#functions th")) {
  head.onclick = () => {
    const by = head.dataset.by === "name" ? "name" : Number(head.dataset.by);
    sorted.down = sorted.by === by ? !sorted.down : by !== "name" && by !== 5;
    sorted.by = by;
    fillFunctions(by, sorted.down);
  };
}
tell();
fillFunctions(sorted.by, sorted.down);
draw();
