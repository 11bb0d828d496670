"""SVG as text: elements with escaped content, and the frame that every picture stands in.

Pictures are drawn 360 units wide, so that their text keeps its size on a phone. Colours are the custom properties of
the report's style sheet (`local/report/assets/style.css`); `standalone` carries them along for a file of its own.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

WIDTH = 360
_STYLE = """
text{font:12.5px "Inter",-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;fill:var(--ink)}
.soft{fill:var(--soft)}.small{font-size:11.5px}.strong{font-weight:600}.end{text-anchor:end}.mid{text-anchor:middle}
.line{fill:none;stroke:var(--accent);stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.none{stroke:var(--soft);stroke-dasharray:4 3;stroke-width:1.4}
.dot{fill:var(--accent)}.ring{fill:var(--surface);stroke:var(--accent);stroke-width:2}.area{fill:var(--accent-soft)}
.grid{stroke:var(--line);fill:none}.axis{stroke:var(--line-strong);fill:none}.mean{stroke:var(--ink);stroke-width:1.4}
.heat{fill:var(--accent)}.cell{fill:var(--sunken)}.bar{fill:var(--accent)}.in{fill:var(--good)}.out{fill:var(--held)}
.up{fill:var(--good);fill-opacity:.42}.down{fill:var(--held);fill-opacity:.42}.even{fill:var(--soft);fill-opacity:.3}.node{fill:var(--soft)}
"""
_LIGHT = (
    "--surface:#fff;--sunken:#eceeea;--line:#dfe2dc;--line-strong:#c6cac1;--ink:#171a16;--soft:#50574d;"
    "--accent:#0c6a52;--accent-soft:#e0efe9;--good:#14704b;--held:#8a5300"
)
_DARK = (
    "--surface:#1a1d1a;--sunken:#0d0f0d;--line:#2c312b;--line-strong:#444b42;--ink:#eceee9;--soft:#b3bab0;"
    "--accent:#6fd0ae;--accent-soft:#18352b;--good:#76d3a1;--held:#eab85c"
)


class Picture(NamedTuple):
    """A drawing with the same facts as a table. `svg` is None where there is nothing to draw, and `note` says why."""

    name: str
    title: str
    note: str
    svg: str | None
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def tag(name: str, content: str | Iterable[str] = "", /, **attributes: str | float) -> str:
    """An element. `content` is markup; `class_` and `stroke_width` are written class and stroke-width."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"' for key, value in attributes.items()
    )
    inner = content if isinstance(content, str) else "".join(content)
    return f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def text(x: float, y: float, said: str, kind: str = "") -> str:
    """Words at a place; `kind` are classes of the style: soft, small, strong, end, mid."""
    return tag("text", escape(said, quote=False), x=x, y=y, **({"class_": kind} if kind else {}))


def hint(said: str) -> str:
    """What is shown when the pointer rests on the element this stands in, and read aloud."""
    return tag("title", escape(said, quote=False))


def path(points: Iterable[tuple[float, float]]) -> str:
    """The `d` of a line through points."""
    return "M" + "L".join(f"{_value(float(x))} {_value(float(y))}" for x, y in points)


def svg(height: float, title: str, told: str, *body: str) -> str:
    """A picture of that height. `told` says in a sentence what is to be seen, for whom it is read aloud to."""
    described = tag("title", escape(title, quote=False)) + tag("desc", escape(told, quote=False))
    box = f"0 0 {WIDTH} {_value(float(height))}"
    return tag("svg", described + "".join(body), xmlns="http://www.w3.org/2000/svg", viewBox=box, role="img")


def style() -> str:
    """What the pictures need of a page's style sheet."""
    return "".join(f".picture {rule}" if rule else "" for rule in _rules())


def _rules() -> Iterable[str]:
    return (f"{rule}}}" for rule in _STYLE.replace("\n", "").split("}") if rule)


def standalone(drawn: str, title: str) -> str:
    """The picture as a file: with its colours, light and dark by the reader's preference, a ground and a heading."""
    box = drawn.split('viewBox="', 1)[1].split('"', 1)[0]
    height = float(box.split()[3])
    top = 34
    sheet = f":root{{{_LIGHT}}}@media(prefers-color-scheme:dark){{:root{{{_DARK}}}}}{_STYLE}".replace("\n", "")
    ground = tag("rect", x=0, y=0, width=WIDTH + 32, height=height + top + 20, fill="var(--surface)")
    inner = drawn.replace("<svg ", f'<svg x="16" y="{top}" width="{WIDTH}" height="{_value(height)}" ', 1)
    return (
        tag(
            "svg",
            [tag("style", sheet), ground, text(16, 22, title, "strong"), inner],
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {WIDTH + 32} {_value(height + top + 20)}",
            width=(WIDTH + 32) * 2,
        )
        + "\n"
    )
