"""A step chart as SVG: lines of counts over time, with a title, axes and a legend, readable without colours.

Made by the XML library alone, so that names out of feeds and inventories are escaped; no script, no outside reference.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import datetime

from feedbot.pipeline.exposure import Step

_WIDTH, _LEFT, _RIGHT, _TOP, _HEIGHT, _ROW = 960, 70, 30, 60, 300, 22
_COLOURS = ("#b3261e", "#1f5fa8", "#2e7d32", "#8e5bb5", "#b26a00", "#00796b")
_DASHES = ("", "8 4", "2 3", "10 3 2 3", "4 4", "1 5")
_FONT = "sans-serif"


def chart(title: str, lines: Mapping[str, Sequence[Step]], start: datetime, end: datetime, unit: str) -> str:
    """Return the document. `lines` are label → steps in time; what has none stays at zero. `end` is after `start`."""
    top = max((step.servers for steps in lines.values() for step in steps), default=0) or 1
    height = _TOP + _HEIGHT + 60 + _ROW * len(lines)
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_WIDTH} {height}",
            "role": "img",
            "font-family": _FONT,
            "font-size": "13",
        },
    )
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    _text(root, _LEFT, 30, title, size="17")
    for count in sorted({0, (top + 1) // 2, top}):
        y = _y(count, top)
        _line(root, (_LEFT, y), (_WIDTH - _RIGHT, y), "#cccccc")
        _text(root, _LEFT - 8, y + 4, f"{count}", anchor="end")
    _text(root, _LEFT, _TOP - 8, unit)
    for part in range(5):
        at = start + (end - start) * part / 4
        x = _x(at, start, end)
        _line(root, (x, _TOP + _HEIGHT), (x, _TOP + _HEIGHT + 6), "#666666")
        anchor = "end" if part == 4 else "start" if part == 0 else "middle"
        _text(root, x, _TOP + _HEIGHT + 22, f"{at:%Y-%m-%d}", anchor=anchor)
    for number, (label, steps) in enumerate(lines.items()):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        drawn = {"d": _path(steps, start, end, top), "fill": "none", "stroke": colour, "stroke-width": "2"}
        ET.SubElement(root, "path", drawn | ({"stroke-dasharray": dash} if dash else {}))
        y = _TOP + _HEIGHT + 50 + _ROW * number
        _line(root, (_LEFT, y - 4), (_LEFT + 40, y - 4), colour, dash)
        _text(root, _LEFT + 50, y, label)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _path(steps: Sequence[Step], start: datetime, end: datetime, top: int) -> str:
    """Go level from step to step; what began before `start` stands at its edge."""
    level = max((one for one in steps if one.at <= start), key=lambda one: one.at, default=Step(start, 0)).servers
    moves = (f"H {_x(one.at, start, end):.1f} V {_y(one.servers, top):.1f}" for one in steps if start < one.at <= end)
    return " ".join([f"M {_x(start, start, end):.1f} {_y(level, top):.1f}", *moves, f"H {_x(end, start, end):.1f}"])


def _x(at: datetime, start: datetime, end: datetime) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * ((at - start) / (end - start))


def _y(count: int, top: int) -> float:
    return _TOP + _HEIGHT * (1 - count / top)


def _text(root: ET.Element, x: float, y: float, words: str, *, anchor: str = "start", size: str = "13") -> None:
    made = ET.SubElement(root, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-size": size})
    # XML has no place for other control characters, not even escaped.
    made.text = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in words)


def _line(root: ET.Element, one: tuple[float, float], other: tuple[float, float], colour: str, dash: str = "") -> None:
    ends = {"x1": one[0], "y1": one[1], "x2": other[0], "y2": other[1]}
    drawn = {name: f"{value:.1f}" for name, value in ends.items()} | {"stroke": colour}
    ET.SubElement(root, "line", drawn | ({"stroke-dasharray": dash} if dash else {}))
