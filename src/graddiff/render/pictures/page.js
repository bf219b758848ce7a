"use strict";
// What the page knows: lines, edges, names; forward() and partials() stand above, made from the table of operations.

const byId = (id) => document.getElementById(id);

function pass(at) {
  const values = forward(at), partial = partials(values);
  const adjoints = [], contributions = [];
  adjoints[graph.output] = 1;
  const order = graph.edges.map((edge, place) => place);
  order.sort((a, b) => graph.edges[b].target - graph.edges[a].target || graph.edges[a].slot - graph.edges[b].slot);
  const flows = [];
  for (const place of order) {
    const { source, target } = graph.edges[place];
    if (adjoints[target] === undefined || partial[place] === null) continue;
    contributions[place] = adjoints[target] * partial[place];
    flows.push({ place, before: adjoints[source] });
    adjoints[source] = (adjoints[source] ?? 0) + contributions[place];
  }
  return { values, partial, adjoints, contributions, flows };
}

function written(number) {
  if (number === undefined || number === null) return "";
  if (typeof number === "boolean") return String(number);
  if (Number.isNaN(number)) return "undefined";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return String(Number(number.toPrecision(7)) + 0);
}

const bracketed = (number) => (number < 0 ? `(${written(number)})` : written(number));

// A formula with {line} in it: with the names of the lines, or with their numbers.
const named = (template) => template.replace(/\{(\d+)\}/g, (_, line) => graph.lines[line].name);
const numbered = (template, values) => template.replace(/\{(\d+)\}/g, (_, line) => bracketed(values[line]));

function equation(parts) {
  return parts.filter((part, place) => part !== "" && parts.indexOf(part) === place).join(" = ");
}

const first = [...document.querySelectorAll("#at input")].map((input) => Number(input.value));
let now, steps = [], step = -1;

function plan() {
  steps = [{ text: "Press → to go on, ← to go back.", nodes: [], edges: [] }];
  for (const line of graph.order) {
    const { name, template } = graph.lines[line];
    const text = equation([name, named(template), numbered(template, now.values), written(now.values[line])]);
    steps.push({ text: `forward pass: ${text}`, nodes: [line], edges: graph.edges.flatMap((e, i) => e.target === line ? [i] : []) });
  }
  const seed = graph.lines[graph.output].name;
  if (!valued()) {
    steps.push({ text: `there is no value at this point, so there are no derivatives`, nodes: [graph.output], edges: [] });
    return;
  }
  steps.push({ text: `backward pass: the adjoint of ${seed} is 1, the seed`, nodes: [graph.output], edges: [] });
  for (const { place, before } of now.flows) steps.push({ text: `backward pass: ${flow(place, before)}`, nodes: [graph.edges[place].source], edges: [place] });
  const sums = graph.variables.map(({ name, line }) => `∂${seed}/∂${name} = ${written(now.adjoints[line] ?? 0)}`);
  steps.push({ text: `gradient: ${sums.join(", ") || "none"}`, nodes: graph.variables.map(({ line }) => line), edges: [] });
}

function flow(place, before) {
  const { source, target, template } = graph.edges[place];
  const from = graph.lines[target].name, to = graph.lines[source].name;
  const partial = equation([`∂${from}/∂${to}`, named(template), numbered(template, now.values), written(now.partial[place])]);
  const gets = `${bracketed(now.adjoints[target])} × ${bracketed(now.partial[place])} = ${written(now.contributions[place])}`;
  const sum = before === undefined ? "" : `, in all ${written(before)} + ${bracketed(now.contributions[place])} = ${written(before + now.contributions[place])}`;
  return `${graph.lines[target].words}: ${partial}, so ${to} gets ${gets}${sum}`;
}

function show(place) {
  step = Math.max(0, Math.min(place, steps.length - 1));
  byId("step").textContent = steps[step].text;
  byId("place").textContent = `${step} of ${steps.length - 1}`;
  byId("back").disabled = step === 0;
  byId("next").disabled = step === steps.length - 1;
  light(steps[step].nodes, steps[step].edges);
}

function light(nodes, edges) {
  for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
  for (const line of nodes) byId(`n${line}`)?.classList.add("lit");
  for (const place of edges) for (const kind of ["e", "l"]) byId(`${kind}${graph.edges[place].id}`)?.classList.add("lit");
}

// Every path from a variable lights up, and the sum over them is told.
function paths(line) {
  const reached = new Set([line]), edges = [];
  graph.edges.forEach(({ source, target }, place) => {
    if (reached.has(source) && now.contributions[place] !== undefined) { reached.add(target); edges.push(place); }
  });
  const into = graph.edges.flatMap((edge, place) => edge.source === line && now.contributions[place] !== undefined ? [now.contributions[place]] : []);
  const terms = into.map((term, place) => (place ? bracketed(term) : written(term))).join(" + ");
  const name = graph.lines[line].name, total = written(now.adjoints[line] ?? 0);
  byId("step").textContent = `∂${graph.lines[graph.output].name}/∂${name} = ${into.length > 1 ? `${terms} = ` : ""}${total}, over all paths from ${name}`;
  light([...reached], edges);
}

const valued = () => !Number.isNaN(now.values[graph.output]);

function label(element, kind, text) {
  const found = element?.querySelector(`.${kind}`);
  if (found) found.textContent = text;
}

function recompute() {
  const inputs = [...document.querySelectorAll("#at input")];
  const at = inputs.map((input) => Number(input.value));
  inputs.forEach((input, place) => input.setAttribute("aria-invalid", String(input.value.trim() === "" || Number.isNaN(at[place]))));
  if (inputs.some((input) => input.getAttribute("aria-invalid") === "true")) return;
  now = pass(at);
  // What was said of the first point says nothing of others; where there is no value, there are no derivatives.
  const moved = at.some((number, place) => number !== first[place]);
  document.body.classList.toggle("moved", moved);
  if (Number.isNaN(now.values[graph.output])) {
    now.adjoints.length = now.contributions.length = now.flows.length = 0;
  }
  graph.lines.forEach((line, place) => {
    const box = byId(`n${place}`);
    label(box, "value", `value ${written(now.values[place])}`);
    label(box, "adjoint", valued() ? `adjoint ${written(now.adjoints[place] ?? 0)}` : "");
  });
  graph.edges.forEach(({ id, template }, place) => {
    const partial = written(now.partial[place]), told = template.includes("{") ? `${named(template)} = ${partial}` : partial;
    label(byId(`l${id}`), "partial", partial === "" ? "not taken" : told);
    const gets = now.contributions[place] === undefined ? "" : `← ${written(now.contributions[place])}`;
    label(byId(`l${id}`), "adjoint", gets);
  });
  byId("value").textContent = valued() ? written(now.values[graph.output]) : "no value at this point";
  byId("value").dataset.exact = String(now.values[graph.output]);
  graph.variables.forEach(({ line }, place) => {
    const cell = byId(`d${place}`);
    const slope = valued() ? now.adjoints[line] ?? 0 : NaN;
    cell.textContent = written(slope);
    cell.dataset.exact = String(slope);
  });
  plan();
  show(step < 0 ? 0 : step);
}

function begin() {
  for (const input of document.querySelectorAll("#at input")) input.addEventListener("input", recompute);
  byId("back").addEventListener("click", () => show(step - 1));
  byId("next").addEventListener("click", () => show(step + 1));
  byId("first").addEventListener("click", () => show(0));
  byId("last").addEventListener("click", () => show(steps.length - 1));
  document.addEventListener("keydown", (event) => {
    if (event.target.tagName === "INPUT") return;
    if (event.key === "ArrowRight") show(step + 1);
    else if (event.key === "ArrowLeft") show(step - 1);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(steps.length - 1);
    else return;
    event.preventDefault();
  });
  graph.edges.forEach(({ id }, place) => {
    const tell = () => { if (now.contributions[place] !== undefined) byId("step").textContent = flow(place); light([], [place]); };
    for (const kind of ["e", "l"]) {
      const element = byId(`${kind}${id}`);
      element?.addEventListener("mouseenter", tell);
      if (kind === "l" && element) {
        element.setAttribute("tabindex", "0");
        element.addEventListener("focus", tell);
      }
    }
  });
  graph.variables.forEach(({ line, name }) => {
    const box = byId(`n${line}`);
    if (!box) return;
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "button");
    box.setAttribute("aria-label", `paths from ${name}`);
    box.addEventListener("click", () => paths(line));
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { paths(line); event.preventDefault(); } });
  });
  recompute();
}

begin();
