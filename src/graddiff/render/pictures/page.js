"use strict";
// The page: both passes at any point, step by step.
//
// Above this script stand `graph` (lines, edges, order, variables, output) and the functions
// forward(at) and partials(values), which are made from the table of operations. Edges are named by
// their place in graph.edges, lines by their number.

const byId = (id) => document.getElementById(id);
const listInputs = () => [...document.querySelectorAll("#at input")];

// The point that the page was made for, and the state: the passes at the current point.
const firstPoint = listInputs().map((input) => Number(input.value));
let passes;
let steps = [];
let currentStep = -1;

// Both passes

function runPasses(at) {
  const values = forward(at);
  const partial = partials(values);
  const adjoints = [];
  const contributions = [];
  const flows = [];
  adjoints[graph.output] = 1;
  for (const place of orderEdges()) {
    const { source, target } = graph.edges[place];
    if (adjoints[target] === undefined || partial[place] === null) continue;
    contributions[place] = adjoints[target] * partial[place];
    flows.push({ place, before: adjoints[source] });
    adjoints[source] = (adjoints[source] ?? 0) + contributions[place];
  }
  // Where there is no value, there are no derivatives.
  if (Number.isNaN(values[graph.output])) adjoints.length = contributions.length = flows.length = 0;
  return { values, partial, adjoints, contributions, flows };
}

// The places of the edges from the last target to the first: when a target's turn comes, all
// contributions to its adjoint are there.
function orderEdges() {
  const places = graph.edges.map((edge, place) => place);
  return places.sort((a, b) => {
    const first = graph.edges[a];
    const second = graph.edges[b];
    return second.target - first.target || first.slot - second.slot;
  });
}

const hasValue = () => !Number.isNaN(passes.values[graph.output]);
const getAdjoint = (line) => passes.adjoints[line] ?? 0;

// Texts

function formatNumber(number) {
  if (number === undefined || number === null) return "";
  if (typeof number === "boolean") return String(number);
  if (Number.isNaN(number)) return "undefined";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return String(Number(number.toPrecision(7)) + 0); // -0 is written 0
}

function formatOperand(number) {
  return number < 0 ? `(${formatNumber(number)})` : formatNumber(number);
}

// A template has {3} for line 3: its name or its number is put in.
function fillNames(template) {
  return template.replace(/\{(\d+)\}/g, (_, line) => graph.lines[line].name);
}

function fillNumbers(template) {
  return template.replace(/\{(\d+)\}/g, (_, line) => formatOperand(passes.values[line]));
}

// The different parts of an equation, such as x*x = 3*3 = 9.
function joinEquation(parts) {
  const shown = parts.filter((part, place) => part !== "" && parts.indexOf(part) === place);
  return shown.join(" = ");
}

function describeValue(line) {
  const { name, template } = graph.lines[line];
  const value = formatNumber(passes.values[line]);
  return joinEquation([name, fillNames(template), fillNumbers(template), value]);
}

// What flows along an edge; `before` is the adjoint of its source without it.
function describeFlow(place, before) {
  const { source, target, template } = graph.edges[place];
  const { name: targetName, words } = graph.lines[target];
  const sourceName = graph.lines[source].name;
  const partial = passes.partial[place];
  const contribution = passes.contributions[place];
  const equation = joinEquation([
    `∂${targetName}/∂${sourceName}`,
    fillNames(template),
    fillNumbers(template),
    formatNumber(partial),
  ]);
  const factors = `${formatOperand(passes.adjoints[target])} × ${formatOperand(partial)}`;
  const gets = `${sourceName} gets ${factors} = ${formatNumber(contribution)}`;
  let sum = "";
  if (before !== undefined) {
    const total = formatNumber(before + contribution);
    sum = `, in all ${formatNumber(before)} + ${formatOperand(contribution)} = ${total}`;
  }
  return `${words}: ${equation}, so ${gets}${sum}`;
}

function describeGradient() {
  const output = graph.lines[graph.output].name;
  const slopes = graph.variables.map(({ name, line }) => {
    return `∂${output}/∂${name} = ${formatNumber(getAdjoint(line))}`;
  });
  return `gradient: ${slopes.join(", ") || "none"}`;
}

// Steps

function planSteps() {
  steps = [{ text: "Press → to go on, ← to go back.", nodes: [], edges: [] }];
  for (const line of graph.order) {
    const edges = graph.edges.flatMap((edge, place) => (edge.target === line ? [place] : []));
    steps.push({ text: `forward pass: ${describeValue(line)}`, nodes: [line], edges });
  }
  const output = graph.output;
  if (!hasValue()) {
    const text = "there is no value at this point, so there are no derivatives";
    steps.push({ text, nodes: [output], edges: [] });
    return;
  }
  const seed = `backward pass: the adjoint of ${graph.lines[output].name} is 1, the seed`;
  steps.push({ text: seed, nodes: [output], edges: [] });
  for (const { place, before } of passes.flows) {
    const text = `backward pass: ${describeFlow(place, before)}`;
    steps.push({ text, nodes: [graph.edges[place].source], edges: [place] });
  }
  const variables = graph.variables.map(({ line }) => line);
  steps.push({ text: describeGradient(), nodes: variables, edges: [] });
}

function showStep(number) {
  const last = steps.length - 1;
  currentStep = Math.max(0, Math.min(number, last));
  const { text, nodes, edges } = steps[currentStep];
  byId("step").textContent = text;
  byId("place").textContent = `${currentStep} of ${last}`;
  byId("back").disabled = currentStep === 0;
  byId("next").disabled = currentStep === last;
  highlight(nodes, edges);
}

function highlight(lines, edges) {
  for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
  for (const line of lines) byId(`n${line}`)?.classList.add("lit");
  for (const place of edges) {
    for (const element of findEdgeElements(place)) element.classList.add("lit");
  }
}

// The arrow of an edge and its label, as far as the picture has them.
function findEdgeElements(place) {
  const { id } = graph.edges[place];
  return [byId(`e${id}`), byId(`l${id}`)].filter((element) => element !== null);
}

function showEdge(place) {
  if (passes.contributions[place] !== undefined) byId("step").textContent = describeFlow(place);
  highlight([], [place]);
}

// All paths from a line to the output, and what its adjoint is the sum of.
function showPaths(line) {
  const reached = new Set([line]);
  const edges = [];
  const terms = [];
  graph.edges.forEach(({ source, target }, place) => {
    if (!reached.has(source) || passes.contributions[place] === undefined) return;
    reached.add(target);
    edges.push(place);
    if (source === line) terms.push(passes.contributions[place]);
  });
  const [first, ...rest] = terms;
  const sum = [formatNumber(first), ...rest.map(formatOperand)].join(" + ");
  const name = graph.lines[line].name;
  const slope = `∂${graph.lines[graph.output].name}/∂${name}`;
  const parts = [slope, ...(terms.length > 1 ? [sum] : []), formatNumber(getAdjoint(line))];
  byId("step").textContent = `${parts.join(" = ")}, over all paths from ${name}`;
  highlight([...reached], edges);
}

// The picture and the table

function setLabel(element, kind, text) {
  const label = element?.querySelector(`.${kind}`);
  if (label) label.textContent = text;
}

function updateBoxes() {
  graph.lines.forEach((_, line) => {
    const box = byId(`n${line}`);
    setLabel(box, "value", `value ${formatNumber(passes.values[line])}`);
    setLabel(box, "adjoint", hasValue() ? `adjoint ${formatNumber(getAdjoint(line))}` : "");
  });
}

function updateArrowLabels() {
  graph.edges.forEach(({ id, template }, place) => {
    const partial = formatNumber(passes.partial[place]);
    const formula = template.includes("{") ? `${fillNames(template)} = ${partial}` : partial;
    setLabel(byId(`l${id}`), "partial", partial === "" ? "not taken" : formula);
    const contribution = formatNumber(passes.contributions[place]);
    setLabel(byId(`l${id}`), "adjoint", contribution === "" ? "" : `← ${contribution}`);
  });
}

function updateTable() {
  const value = passes.values[graph.output];
  setCell(byId("value"), value, hasValue() ? formatNumber(value) : "no value at this point");
  graph.variables.forEach(({ line }, place) => {
    const slope = hasValue() ? getAdjoint(line) : NaN;
    setCell(byId(`d${place}`), slope, formatNumber(slope));
  });
}

function setCell(cell, number, text) {
  cell.textContent = text;
  cell.dataset.exact = String(number); // all digits, for other scripts
}

function recompute() {
  const at = listInputs().map((input) => Number(input.value));
  let isComplete = true;
  listInputs().forEach((input, place) => {
    const isInvalid = input.value.trim() === "" || Number.isNaN(at[place]);
    input.setAttribute("aria-invalid", String(isInvalid));
    if (isInvalid) isComplete = false;
  });
  if (!isComplete) return;
  passes = runPasses(at);
  // The notices are about the first point: at another one, the style hides them.
  const hasMoved = at.some((number, place) => number !== firstPoint[place]);
  document.body.classList.toggle("moved", hasMoved);
  updateBoxes();
  updateArrowLabels();
  updateTable();
  planSteps();
  showStep(currentStep);
}

// What the user does

function handleKey(event) {
  if (event.target.tagName === "INPUT") return;
  if (event.key === "ArrowRight") showStep(currentStep + 1);
  else if (event.key === "ArrowLeft") showStep(currentStep - 1);
  else if (event.key === "Home") showStep(0);
  else if (event.key === "End") showStep(steps.length - 1);
  else return;
  event.preventDefault();
}

function connectControls() {
  for (const input of listInputs()) input.addEventListener("input", recompute);
  byId("back").addEventListener("click", () => showStep(currentStep - 1));
  byId("next").addEventListener("click", () => showStep(currentStep + 1));
  byId("first").addEventListener("click", () => showStep(0));
  byId("last").addEventListener("click", () => showStep(steps.length - 1));
  document.addEventListener("keydown", handleKey);
}

function connectEdge(place) {
  const show = () => showEdge(place);
  for (const element of findEdgeElements(place)) element.addEventListener("mouseenter", show);
  // The label is what the Tab key reaches, one stop for each edge.
  const label = byId(`l${graph.edges[place].id}`);
  label?.setAttribute("tabindex", "0");
  label?.addEventListener("focus", show);
}

function connectVariable({ line, name }) {
  const box = byId(`n${line}`);
  if (!box) return;
  box.setAttribute("tabindex", "0");
  box.setAttribute("role", "button");
  box.setAttribute("aria-label", `paths from ${name}`);
  box.addEventListener("click", () => showPaths(line));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    showPaths(line);
    event.preventDefault();
  });
}

connectControls();
graph.edges.forEach((_, place) => connectEdge(place));
graph.variables.forEach(connectVariable);
recompute();
