"""The HTML page in headless Chromium: it opens, steps, and computes what the command does."""

from __future__ import annotations

import json
import re
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from graddiff import differentiate
from graddiff.render.pictures.html import render_page
from running import need
from test_pictures import ALL, drawn
from test_programs import EXPRESSIONS, calls

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Presses keys and changes bindings as a user does, and leaves what it saw in the page.
DRIVER = """
<script>
{
  const seen = { errors: window.failures, steps: [], numbers: [] };
  const pressKey = (element, key) =>
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const press = (key) => pressKey(document.body, key);
  const stepText = () => document.getElementById("step").textContent;
  seen.steps.push(stepText());
  for (let n = 0; n < 500 && !document.getElementById("next").disabled; n++) {
    press("ArrowRight");
    seen.steps.push(stepText());
  }
  press("ArrowLeft");
  seen.before = stepText();
  press("Home");
  const read = (id) => document.getElementById(id).dataset.exact;
  const numbers = () => [read("value"), ...graph.variables.map((_, place) => read(`d${place}`))];
  seen.numbers.push(numbers());
  const inputs = [...document.querySelectorAll("#at input")];
  for (const point of POINTS) {
    inputs.forEach((input, place) => {
      input.value = point[place];
      input.dispatchEvent(new Event("input"));
    });
    seen.numbers.push(numbers());
  }
  const variable = document.querySelector(".node[role=button]");
  if (variable) {
    variable.focus();
    pressKey(variable, "Enter");
    seen.paths = stepText();
  }
  const edge = document.querySelector(".label[tabindex]");
  if (edge) {
    edge.focus();
    seen.edge = stepText();
    seen.lit = document.querySelectorAll(".lit").length;
  }
  document.body.dataset.seen = JSON.stringify(seen);
}
</script>
"""
WATCH = """<script>
  window.failures = [];
  window.onerror = (message) => { window.failures.push(message); };
</script>"""


def headless(browser: str) -> list[str]:
    return [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def page(expression: str, at: dict[str, float]) -> str:
    return "".join(render_page(differentiate(expression, at), 7))


def driven(browser: str, folder: Path, text: str, points: list[list[float]]) -> dict[str, Any]:
    """What the driver saw."""
    driver = DRIVER.replace("POINTS", json.dumps(points))
    text = text.replace("<head>", f"<head>{WATCH}", 1).replace("</body>", f"{driver}</body>")
    (folder / "page.html").write_text(text, encoding="utf-8")
    command = [
        *headless(browser),
        f"--user-data-dir={folder}/profile",
        "--dump-dom",
    ]
    process = subprocess.run(
        [*command, (folder / "page.html").as_uri()], capture_output=True, text=True, timeout=120
    )
    match = re.search(r'data-seen="([^"]*)"', process.stdout)
    assert match, process.stderr[-2000:]
    seen: dict[str, Any] = json.loads(unescape(match[1]))
    return seen


def test_page_steps_and_computes_as_the_command_does(tmp_path: Path) -> None:
    browser = need(*BROWSERS)
    expression, at = "p = x + y; where(p > 2, relu(p*sin(x)), y^3) + x*x", {"x": 2.0, "y": 3.0}
    points = [[1.5, 2.5], [-1.0, 0.5], [0.1, -4.0]]
    seen = driven(browser, tmp_path, page(expression, at), points)
    assert seen["errors"] == []
    assert any("forward pass: p = x + y = 2 + 3 = 5" in step for step in seen["steps"])
    assert any("so x gets" in step and ", in all " in step for step in seen["steps"])
    assert seen["steps"][-1].startswith("gradient: ∂f/∂x = ")
    assert seen["before"] == seen["steps"][-2]
    assert "over all paths from x" in seen["paths"]
    assert "∂" in seen["edge"] and seen["lit"] >= 1
    for point, numbers in zip([[2.0, 3.0], *points], seen["numbers"]):
        result = differentiate(expression, dict(zip("xy", point)))
        expected = [result.value, *result.gradient.values()]
        assert [*map(float, numbers)] == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_every_function_computes_the_same_in_the_page(tmp_path: Path) -> None:
    """A sum of calls of all functions, each with variables of its own."""
    browser = need(*BROWSERS)
    terms, at = [], {}
    for number, (call, point) in enumerate(calls()):
        for name, value in point.items():
            call = re.sub(rf"\b{name}\b", f"{name}{number}", call)
            at[f"{name}{number}"] = value
        terms.append(call)
    expression = " + ".join(terms)
    seen = driven(browser, tmp_path, page(expression, at), [])
    assert seen["errors"] == []
    result = differentiate(expression, at)
    for name, number in zip(["value", *result.gradient], seen["numbers"][0]):
        expected = result.value if name == "value" else result.gradient[name]
        assert float(number) == pytest.approx(expected, rel=1e-12, abs=1e-14), name


@pytest.mark.mermaid
def test_mermaid_is_accepted_by_its_own_parser(tmp_path: Path) -> None:
    browser = need(*BROWSERS)
    subprocess.run(
        [need("npm"), "pack", "mermaid@11"], cwd=tmp_path, check=True, capture_output=True
    )
    (archive,) = tmp_path.glob("mermaid-*.tgz")
    subprocess.run(
        ["tar", "xzf", archive.name, "package/dist/mermaid.min.js"], cwd=tmp_path, check=True
    )
    texts = json.dumps([drawn("mermaid", expression, at) for expression, at in ALL]).replace(
        "<", "\\u003c"
    )
    script = f"""<body><script src="package/dist/mermaid.min.js"></script><script>(async () => {{
        const seen = [];
        for (const text of {texts}) {{
            try {{
                const {{ svg }} = await mermaid.render("g" + seen.length, text);
                seen.push(svg.includes("<script"));
            }} catch (error) {{ seen.push(String(error)); }}
        }}
        document.body.dataset.seen = JSON.stringify(seen);
    }})()</script>"""
    (tmp_path / "mermaid.html").write_text(script, encoding="utf-8")
    command = [
        *headless(browser),
        "--virtual-time-budget=60000",
        "--dump-dom",
    ]
    page = (tmp_path / "mermaid.html").as_uri()
    process = subprocess.run([*command, page], capture_output=True, text=True, timeout=180)
    match = re.search(r'data-seen="([^"]*)"', process.stdout)
    assert match, process.stderr[-2000:]
    assert json.loads(unescape(match[1])) == [False] * len(ALL)


class Tags(HTMLParser):
    """The tags and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in ("src", "href")]


@pytest.mark.parametrize(("expression", "at"), [*ALL, *EXPRESSIONS])
def test_page_is_self_contained_and_holds_nothing_of_the_input_unescaped(
    expression: str, at: dict[str, float]
) -> None:
    text = page(expression, at)
    parser = Tags()
    parser.feed(text)
    assert parser.tags.count("script") == 1
    assert parser.links == []
    assert 'alert("1")' not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
