"""A line chart as SVG, made by hand: a few lines, their names beside their ends."""

from collections.abc import Mapping, Sequence

WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 70, 210, 30, 50
COLOURS = ("#1f5fa8", "#b3541e", "#3a7d44", "#7a4fa3")


def chart(title: str, across: str, up: str, ticks: Sequence[str], lines: Mapping[str, Sequence[float]]) -> str:
    """`lines` by name, a value for each of `ticks`; the vertical axis begins at 0."""
    top = max(max(values) for values in lines.values()) * 1.05
    step = (WIDE - LEFT - RIGHT) / (len(ticks) - 1)
    bottom = HIGH - BOTTOM

    def y(value: float) -> float:
        return bottom - value / top * (bottom - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="12">',
        f"<title>{title}</title>",
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-weight="bold">{title}</text>',
        f'<text x="{LEFT}" y="{HIGH - 12}">{across}</text>',
        f'<text x="16" y="{bottom}" transform="rotate(-90 16 {bottom})">{up}</text>',
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        at = y(top * share)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDE - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{top * share:,.0f}</text>')
    for place, tick in enumerate(ticks):
        parts.append(f'<text x="{LEFT + place * step:.1f}" y="{bottom + 18}" text-anchor="middle">{tick}</text>')
    for (name, values), colour in zip(lines.items(), COLOURS, strict=False):
        points = " ".join(f"{LEFT + place * step:.1f},{y(value):.1f}" for place, value in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{WIDE - RIGHT + 8}" y="{y(values[-1]) + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])
