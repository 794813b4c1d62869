"""The pictures of the documentation, as SVG: the whole flow, and a report of doctor. `make docs` writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

IMAGES = ROOT / "terraform" / "images"

FONT = "font-family='system-ui, sans-serif' font-size='13'"
MONOSPACE = "font-family='ui-monospace, Menlo, Consolas, monospace' font-size='12' xml:space='preserve'"
STATUS_COLORS = {"ok": "#1a7f37", "warning": "#9a6700", "failed": "#cf222e", "skipped": "#59636e"}


class Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int
    title: str
    text: tuple[str, ...] = ()
    fill: str = "#ffffff"


class Arrow(NamedTuple):
    path: str
    """Where it runs, as in the attribute `d` of SVG's path."""
    x: int
    y: int
    label: tuple[str, ...]


PLACE = "#f6f8fa"
BOXES = (
    Box(10, 10, 290, 330, "Coder provisioner", fill=PLACE),
    Box(30, 50, 250, 75, "Terraform module", ("aibridge-proxy, in the template",)),
    Box(30, 240, 250, 75, "tf-helper", ("checks and normalizes the settings",)),
    Box(370, 10, 290, 330, "Coder workspace", fill=PLACE),
    Box(390, 50, 250, 75, "startup script", ("saves the CA certificate, a bundle", "and the wrapper")),
    Box(
        390, 240, 250, 75, "wrapper → AI tool", ("Claude Code, Codex, Copilot, ...", "HTTPS_PROXY, SSL_CERT_FILE, ...")
    ),
    Box(780, 10, 290, 330, "Coder deployment", fill=PLACE),
    Box(800, 50, 250, 75, "coderd", ("AI Gateway: keys, budgets, logs",)),
    Box(800, 240, 250, 75, "AI Gateway Proxy", ("intercepts the providers' hosts,", "tunnels all others")),
    Box(1160, 50, 120, 75, "AI provider"),
    Box(1160, 240, 120, 75, "other hosts"),
)
ARROWS = (
    Arrow("M115,125 V237", 40, 180, ("settings,", "no token")),
    Arrow("M165,240 V128", 173, 180, ("results,", "warnings")),
    Arrow("M280,87 H387", 305, 78, ("script",)),
    Arrow("M640,87 H797", 670, 78, ("CA certificate",)),
    Arrow("M515,125 V237", 523, 185, ("files",)),
    Arrow("M640,277 H797", 670, 268, ("HTTPS, token",)),
    Arrow("M925,240 V128", 933, 185, ("intercepted",)),
    Arrow("M1050,87 H1157", 1074, 78, ("key",)),
    Arrow("M1050,277 H1157", 1074, 268, ("tunnelled",)),
)


def flow() -> str:
    """Return the picture of the whole flow."""
    parts = []
    for x, y, width, height, title, text, fill in BOXES:
        parts.append(f"<rect x='{x}' y='{y}' width='{width}' height='{height}' rx='6' fill='{fill}' stroke='#59636e'/>")
        lines = [f"<tspan font-weight='bold'>{escape(title)}</tspan>", *map(escape, text)]
        parts += _lines(x + 10, y + 24, lines)
    for path, x, y, label in ARROWS:
        parts.append(f"<path d='{path}' fill='none' stroke='#0969da' stroke-width='2' marker-end='url(#head)'/>")
        parts += _lines(x, y, map(escape, label))
    head = "<marker id='head' markerWidth='6' markerHeight='6' refX='4' refY='3' orient='auto'>"
    head += "<path d='M0,0 L5,3 L0,6 z' fill='#0969da' stroke='none'/></marker>"
    return _svg(1290, 350, f"<defs>{head}</defs><g {FONT} fill='#1f2328'>", *parts, "</g>")


def report() -> str:
    """Return the picture of the report that the README shows."""
    (transcript,) = re.findall(r"^```console\n(\$ tf-helper doctor.*?)^```", _readme(), re.DOTALL | re.MULTILINE)
    lines = []
    for line in transcript.splitlines():
        status = line.partition(" ")[0]
        color = STATUS_COLORS.get(status)
        colored = f"<tspan fill='{color}' font-weight='bold'>{status}</tspan>" if color else status
        lines.append(colored + escape(line[len(status) :]))
    width, height = 8 * max(map(len, transcript.splitlines())) + 40, 18 * len(lines) + 30
    return _svg(width, height, f"<g {MONOSPACE} fill='#1f2328'>", *_lines(20, 30, lines), "</g>")


def _readme() -> str:
    return (ROOT / "README.md").read_text()


def _lines(x: int, y: int, lines: Iterable[str]) -> list[str]:
    return [f"<text x='{x}' y='{y + 18 * row}'>{line}</text>" for row, line in enumerate(lines)]


def _svg(width: int, height: int, *parts: str) -> str:
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>"
    background = "<rect width='100%' height='100%' fill='#ffffff'/>"
    return "\n".join((head, background, *parts, "</svg>")) + "\n"


PICTURES = {"flow.svg": flow, "report.svg": report}

if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, picture in PICTURES.items():
        (IMAGES / name).write_text(picture())
