"""Make the zero without a slash that pages show: the font that they use has none.

    uv run --with fonttools --with brotli python -m scripts.plain_zero

A slash through the zero makes "2026" and "72 hours" in a heading look crossed out. The counter of
the new zero is its outer line, drawn smaller to where the two halves of the old one ended, in each
weight. What comes of it stands in ``src/aboveboard/site/static/plain-zero.woff2`` and is under the
font's own licence, the SIL Open Font License 1.1.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[1] / "src" / "aboveboard" / "site" / "static"
FONT = STATIC / "vendor" / "atkinson-hyperlegible-next-latin-wght-normal.woff2"
MADE = STATIC / "plain-zero.woff2"
_PHANTOMS = 4
"""Points after those of the outline that say how wide it is."""

Point = tuple[float, float]


def main() -> None:
    """Write the font of one digit."""
    from fontTools.subset import (  # type: ignore[import-not-found,unused-ignore]
        Options,
        Subsetter,
    )
    from fontTools.ttLib import TTFont  # type: ignore[import-not-found,unused-ignore]

    font = TTFont(FONT)
    options = Options(layout_features=["tnum"], hinting=False, name_IDs=[0, 1, 2, 13, 14])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord("0")])
    subsetter.subset(font)
    _draw(font)
    font.flavor = "woff2"
    font["head"].modified = font["head"].created  # the same bytes each time
    made = BytesIO()
    font.save(made)
    MADE.write_bytes(made.getvalue())


def _draw(font: Any) -> None:
    """Draw the counter of the zero anew, in each weight."""
    glyph = font["glyf"]["zero"]
    points, ends, flags = glyph.getCoordinates(font["glyf"])
    outer = ends[0] + 1
    weights = [list(points)]
    for variation in font["gvar"].variations["zero"]:
        moved = variation.coordinates
        weights.append([(x + dx, y + dy) for (x, y), (dx, dy) in zip(points, moved, strict=False)])
    drawn = [_outline(weight, outer) for weight in weights]
    for variation, weight in zip(font["gvar"].variations["zero"], drawn[1:], strict=True):
        deltas = [
            (round(x - x0), round(y - y0))
            for (x, y), (x0, y0) in zip(weight, drawn[0], strict=True)
        ]
        variation.coordinates = deltas + variation.coordinates[-_PHANTOMS:]
    coordinates = type(glyph.coordinates)
    glyph.coordinates = coordinates([(round(x), round(y)) for x, y in drawn[0]])
    glyph.flags = type(glyph.flags)([*flags[:outer], *reversed(flags[:outer])])
    glyph.endPtsOfContours = [outer - 1, 2 * outer - 1]
    glyph.numberOfContours = 2
    glyph.recalcBounds(font["glyf"])


def _outline(points: list[Point], outer: int) -> list[Point]:
    """Return the outer line, and then the inner one, which runs the other way round."""
    line, halves = points[:outer], points[outer:]
    (left, right), (low, high) = (_span(halves, axis) for axis in (0, 1))
    (outer_left, outer_right), (outer_low, outer_high) = (_span(line, axis) for axis in (0, 1))
    across = (right - left) / (outer_right - outer_left)
    up = (high - low) / (outer_high - outer_low)
    inner = [(left + (x - outer_left) * across, low + (y - outer_low) * up) for x, y in line]
    return [*line, *reversed(inner)]


def _span(points: list[Point], axis: int) -> tuple[float, float]:
    values = [point[axis] for point in points]
    return min(values), max(values)


if __name__ == "__main__":
    main()
