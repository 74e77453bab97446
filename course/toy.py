"""Toy garments: ten classes like Fashion-MNIST's, drawn with NumPy from a seed.

A class is drawn for all its images at once. Lengths are in pixels; (0, 0) is the middle of the
image, x points right and y down. Tones run from 0 (black) to 1 (white). A shape is the distance
of each pixel to the shape's outline, positive inside; an intersection is thus a minimum.
"""

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

SIDE = 28

Floats: TypeAlias = NDArray[np.floating]  # float32; shape (n, 28, 28), or one that repeats to it
Length: TypeAlias = float | Floats


def toy_garments(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw `count` images of ten garment classes, in shuffled order.

    Returns images of shape (count, 28, 28), 0 to 255 on black, and labels of shape (count,) in
    0..9, numbered and named as in `course.CLASS_NAMES`. Classes are balanced to within one; the
    same seed gives the same images.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(_CLASSES)).astype(np.uint8)
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    for label, draw in enumerate(_CLASSES):
        members = np.flatnonzero(labels == label)
        sketch = _Sketch(len(members), rng)
        draw(sketch)
        images[members] = sketch.finished()
    return images, labels


class _Sketch:
    """The canvases of one class, each with its own place, size and tone."""

    def __init__(self, count: int, rng: np.random.Generator):
        self.count, self.rng = count, rng
        self.canvas: Floats = np.zeros((count, SIDE, SIDE), np.float32)
        axis = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
        self.y: Floats = (axis[:, None] - self.between(-0.5, 0.5)) / self.between(0.93, 1.03)
        self.x: Floats = (axis - self.between(-0.8, 0.8)) / self.between(0.93, 1.04)
        self.x = self.x + self.between(-0.03, 0.03) * self.y  # cloth never lies quite straight
        self.side: Floats = np.abs(self.x)  # for garments that are alike left and right
        self.tone: Floats = self.between(0.45, 0.9)

    def between(self, low: float, high: float) -> Floats:
        """Draw one number per image, shape (n, 1, 1)."""
        return self.rng.uniform(low, high, (self.count, 1, 1)).astype(np.float32)

    def some(self, share: float) -> Floats:
        """Draw 1 for about this share of the images and 0 for the others, shape (n, 1, 1)."""
        return (self.rng.random((self.count, 1, 1)) < share).astype(np.float32)

    def paint(self, shape: Length, tone: Length, opacity: Length = 1.0) -> None:
        """Cover the inside of a shape with a tone; the outline is smoothed over one pixel."""
        self.canvas += np.clip(shape + np.float32(0.5), 0, 1) * opacity * (tone - self.canvas)

    def shade(self, shape: Length, factor: Length) -> None:
        """Darken (factor below 1) or brighten what is already drawn inside a shape."""
        self.canvas *= 1 + np.clip(shape + np.float32(0.5), 0, 1) * (factor - 1)

    def weave(self, share: float, strength: float, upright_share: float = 0.0) -> None:
        """Give this share of the images stripes across; of these, some upright ones or checks."""
        across = np.sin(self.between(1.0, 2.0) * self.y + self.between(0, 6))
        upright = np.sin(self.between(1.0, 2.0) * self.x + self.between(0, 6))
        kind = self.between(0, 1)
        pattern = (kind > upright_share / 2) * across + (kind < upright_share) * upright
        self.canvas *= 1 + self.some(share) * self.between(0.5, 1) * strength * pattern

    def finished(self) -> NDArray[np.uint8]:
        """Return the drawings with the grain of cloth, as uint8; the background stays 0."""
        grain = self.rng.standard_normal(self.canvas.shape, dtype=np.float32)
        grainy = self.canvas * (1 + self.between(0.01, 0.05) * grain)
        return (np.clip(grainy, 0, 1) * 255).round().astype(np.uint8)


# Shapes ---------------------------------------------------------------------------------


def _through(t: Floats, *knots: tuple[Length, Length]) -> Floats:
    """Return the piecewise linear function of t through (t, value) knots, flat beyond the ends."""
    value = np.zeros_like(t) + knots[0][1]
    for (t0, v0), (t1, v1) in pairwise(knots):
        value = value + (v1 - v0) * np.clip((t - t0) / (t1 - t0), 0, 1)
    return value


def _inside_all(first: Floats, *others: Length) -> Floats:
    for other in others:
        first = np.minimum(first, other)
    return first


def _strip(distance: Length, half_width: Length) -> Floats:
    """Return the shape of all that lies within half_width of a line or outline."""
    return half_width - np.abs(distance)


def _box(s: _Sketch, left: Length, right: Length, top: Length, bottom: Length) -> Floats:
    return _inside_all(s.x - left, right - s.x, s.y - top, bottom - s.y)


def _ellipse(
    x: Floats, y: Floats, x0: Length, y0: Length, x_radius: Length, y_radius: Length
) -> Floats:
    return (1 - np.hypot((x - x0) / x_radius, (y - y0) / y_radius)) * np.minimum(x_radius, y_radius)


def _limb(
    x: Floats,
    y: Floats,
    start: tuple[Length, Length, Length],
    end: tuple[Length, Length, Length],
) -> Floats:
    """Return a tapering bar with round ends, each end given as (x, y, radius)."""
    (x0, y0, radius0), (x1, y1, radius1) = start, end
    dx, dy = x1 - x0, y1 - y0
    along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
    gap = np.hypot(x - x0 - along * dx, y - y0 - along * dy)
    return radius0 + along * (radius1 - radius0) - gap


def _torso(
    s: _Sketch, top: float, chest: Length, waist: Length, hem: Length, bottom: Length
) -> Floats:
    """Return a body with sloping shoulders; chest, waist and hem are half widths."""
    width = _through(s.y, (top, chest - 1.0), (top + 4, chest), (0.0, waist), (11.0, hem))
    return _inside_all(width - s.side, s.y - top - 0.28 * s.side, bottom - s.y)


# Tops -----------------------------------------------------------------------------------


def _t_shirt(s: _Sketch) -> None:
    top, chest = -11.5, s.between(6.0, 7.0)
    cuff_x, cuff_y = chest + s.between(3.8, 4.8), s.between(-4.5, -3.0)
    sleeve = _limb(s.side, s.y, (chest - 2, -8.0, 2.6), (cuff_x, cuff_y, 2.9))
    open_end = 0.5 - 0.75 * (s.side - cuff_x) - 0.65 * (s.y - cuff_y)  # cut off straight
    s.paint(_inside_all(sleeve, open_end), s.tone * 0.86)
    s.paint(_torso(s, top, chest, chest - 0.4, chest, s.between(10.5, 12.5)), s.tone)
    s.weave(0.3, 0.2)
    print_on_chest = _ellipse(s.x, s.y, 0.0, -1.5, s.between(2, 3.6), s.between(1.5, 3))
    s.paint(print_on_chest, 1.15 - s.tone, s.some(0.35) * 0.8)
    neck = _ellipse(s.x, s.y, 0.0, top, s.between(2.8, 3.6), s.between(2.4, 3.4))
    s.shade(neck + 1.2, 0.75)
    s.paint(neck, 0.0)


def _pullover(s: _Sketch) -> None:
    top, bottom, chest = -11.5, s.between(9.5, 11.5), s.between(5.6, 6.4)
    cuff_x, cuff_y = chest + s.between(3.8, 4.6), s.between(8.5, 11.0)
    sleeve = _limb(s.side, s.y, (chest - 1.4, -8.2, 2.6), (cuff_x, cuff_y, 1.7))
    sleeve = _inside_all(sleeve, cuff_y + 0.8 - s.y)
    s.paint(sleeve, s.tone * 0.8)
    body = _torso(s, top, chest, chest - 0.2, chest - 0.4, bottom)
    s.paint(body, s.tone)
    s.weave(0.4, 0.18)
    s.shade(_inside_all(sleeve, s.y - cuff_y + 1.6), 0.6)  # ribbed cuffs, hem and neck
    s.shade(_inside_all(body, s.y - bottom + 2.0), 0.6)
    collar = _ellipse(s.x, s.y, 0.0, top + 0.4, s.between(3.8, 4.6), s.between(2.6, 3.2))
    s.paint(collar, s.tone * 0.55)
    s.paint(_ellipse(s.x, s.y, 0.0, top + 0.2, 2.6, 1.1), 0.0)


def _coat(s: _Sketch) -> None:
    top, chest = -12.5, s.between(5.8, 6.6)
    cuff_x, cuff_y = chest + s.between(4.0, 5.0), s.between(5.5, 7.5)
    sleeve = _limb(s.side, s.y, (chest - 1.4, -8.8, 2.7), (cuff_x, cuff_y, 2.1))
    s.paint(_inside_all(sleeve, cuff_y + 0.8 - s.y), s.tone * 0.72)
    body = _torso(s, top, chest, chest - 0.2, chest + s.between(1.2, 2.2), 13.0)
    s.paint(body, s.tone)
    closed_from = top + s.between(6.5, 9.0)
    opening = _through(s.y, (top, 3.0), (closed_from, 0.0))
    lapel = _inside_all(opening + 2.0 - s.side, closed_from + 1.0 - s.y, s.y - top)
    s.shade(lapel, 1.25)
    s.shade(_inside_all(_strip(opening + 2.0 - s.side, 0.3), closed_from + 1.0 - s.y), 0.5)
    s.paint(_inside_all(opening - s.side, closed_from - s.y), 0.05)
    s.paint(_inside_all(_strip(s.x, 0.2), s.y - closed_from), 0.0)
    s.shade(_inside_all(_strip(s.y - 1.5, 0.8), body), 1 - 0.55 * s.some(0.3))  # belt
    for drop in (1.5, 5.0, 8.5):
        s.paint(_ellipse(s.x, s.y, 2.1, closed_from + drop, 0.9, 0.9), 0.1, 0.9)
    pocket = _inside_all(_strip(s.y - 5.0 - 0.4 * s.side, 0.3), _strip(s.side - 4.8, 1.5))
    s.shade(pocket, 0.35)


def _shirt(s: _Sketch) -> None:
    top, chest, is_long = -11.5, s.between(5.6, 6.4), s.some(0.6)
    cuff_x = chest + s.between(3.4, 4.2)
    cuff_y = is_long * s.between(7.0, 9.5) + (1 - is_long) * s.between(-3.6, -2.4)
    wrist = 2.4 - 0.6 * is_long
    sleeve = _limb(s.side, s.y, (chest - 1.6, -8.4, 2.4), (cuff_x, cuff_y, wrist))
    s.paint(_inside_all(sleeve, cuff_y + 0.8 - s.y), s.tone * 0.8)
    tail = s.between(11.5, 13.0) - 0.06 * s.side**2  # longest in the middle
    body = _torso(s, top, chest, chest - 0.5, chest + 0.2, tail)
    s.paint(body, s.tone)
    s.weave(0.75, 0.25, upright_share=0.7)
    s.paint(_inside_all(_strip(s.x, 0.9), body), np.minimum(s.tone * 1.25, 1))
    for drop in range(5):
        s.paint(_ellipse(s.x, s.y, 0.0, 3.4 * drop - 5.6, 0.75, 0.75), 0.0, 0.9)
    s.shade(_strip(_box(s, 2.3, 5.0, -4.6, -1.4), 0.35), 0.5)  # pocket
    wing = _inside_all(s.side, 4.6 - s.side, s.y - top + 0.8, top + 4.2 - s.y - 0.3 * s.side)
    s.shade(wing + 0.8, 0.5)
    s.paint(wing, np.minimum(s.tone * 1.3 + 0.15, 1))
    s.paint(_through(s.y, (top - 1.0, 2.4), (top + 3.2, 0.0)) - s.side - 0.3, 0.0)


# Trouser, dress, bag --------------------------------------------------------------------


def _trouser(s: _Sketch) -> None:
    top, bottom, crotch = -13.0, 13.0, s.between(-5.5, -3.5)
    outer = _through(s.y, (top, 3.9), (crotch, 5.3), (bottom, 5.0 + s.between(-0.6, 1.2)))
    inner = _through(s.y, (crotch - 0.5, -1.5), (crotch + 0.7, 0.4), (bottom, 1.8))
    legs = _inside_all(outer - s.side, s.side - inner, s.y - top, bottom - s.y)
    s.paint(legs, s.tone)
    crease = _strip(s.side - (outer + np.maximum(inner, 0)) / 2, 0.6)
    s.shade(_inside_all(crease, s.y - crotch), 1 + s.between(-0.2, 0.25))
    s.weave(0.2, 0.15, upright_share=1.0)
    s.shade(_inside_all(legs, _strip(s.y - top - 2.2, 0.3)), 0.45)  # waistband
    s.shade(_inside_all(_strip(s.side - 5.4 + 0.5 * (s.y - top), 0.3), _strip(s.y + 9, 2)), 0.55)
    s.shade(_inside_all(_strip(s.x, 0.2), crotch - s.y, s.y - top - 2.2), 0.5)


def _dress(s: _Sketch) -> None:
    neck, waist_y = s.between(-8.5, -7.0), s.between(-3.0, -1.0)
    bust, waist, hem = s.between(3.4, 4.2), s.between(2.4, 3.0), s.between(6.0, 9.0)
    strap = _limb(s.side, s.y, (bust - 0.9, neck + 1, 0.75), (s.between(1.8, 2.6), -13.0, 0.65))
    s.paint(strap, s.tone * 0.95)
    width = _through(
        s.y,
        (neck - 1.0, bust - 0.8),
        (neck + 1.5, bust),
        (waist_y, waist),
        (waist_y + 2, waist + 0.7),
        (13.0, hem),
    )
    neckline = neck + 0.9 - 0.35 * s.side  # dips in the middle
    body = _inside_all(width - s.side, s.y - neckline, s.between(12.0, 13.3) - s.y)
    s.paint(body, s.tone)
    s.weave(0.25, 0.18)
    folds = np.sin(9 * s.x / width + s.between(0, 6))  # they fan out with the skirt
    depth = np.clip((s.y - waist_y) / 6, 0, 1) * s.between(0.02, 0.2)
    s.canvas *= 1 - depth * (1 + folds)
    s.shade(_inside_all(body, _strip(s.y - waist_y, 0.6)), s.between(0.4, 0.75))


def _bag(s: _Sketch) -> None:
    top, bottom = s.between(-4.0, -1.5), s.between(9.0, 11.5)
    handle = _ellipse(s.x, s.y, 0.0, top + 0.5, s.between(4.8, 6.8), s.between(6.0, 8.5))
    s.paint(_inside_all(_strip(handle - 0.9, 0.8), top + 1 - s.y), s.tone * s.between(0.7, 1.0))
    to_edge = _through(s.y, (top, s.between(8.5, 11.0)), (bottom, s.between(9.8, 12.0))) - s.side
    rounding = 0.7 * (to_edge + bottom - s.y - 2.0)
    body = _inside_all(to_edge, s.y - top, bottom - s.y, rounding)
    s.paint(body, s.tone)
    s.weave(0.25, 0.15)
    flap = top + s.between(4.0, 6.0) - 0.02 * s.x**2
    s.shade(_inside_all(body, flap - s.y), 1.12)
    s.shade(_inside_all(body, _strip(s.y - flap, 0.5)), 0.4)
    s.shade(_inside_all(_strip(body - 1.5, 0.3), s.y - flap - 1), 0.7)  # stitching
    clasp = _inside_all(_strip(s.x, 1.2), _strip(s.y - flap, 1.5))
    s.paint(clasp, np.where(s.tone > 0.7, 0.1, 1.0).astype(np.float32))


# Shoes, all with the toe to the left ----------------------------------------------------


def _sandal(s: _Sketch) -> None:
    floor, lift = 9.5, s.between(0.0, 4.0)  # lift is the height of the heel
    up = s.y - _through(s.x, (-5.0, floor - 2.4), (6.0, floor - 2.4 - lift))  # 0 on the sole
    ankle, width = s.between(-7.6, -6.4), s.between(0.7, 0.9)
    foot = up + _through(s.x, (-12.0, 1.6), (-8.5, 3.8), (-3.0, 5.2), (3.5, 0.8 - ankle))
    # Two broad straps across the toes, with bare toes before and between them.
    leaning = s.x + 0.35 * up
    for middle, half in ((-8.4, s.between(1.3, 1.7)), (-3.2, s.between(1.3, 1.7))):
        s.paint(_inside_all(_strip(leaning - middle, half), foot, 0.5 - up), s.tone)
    s.paint(_limb(s.x, up, (-3.0, -4.4, width), (4.0, ankle, width)), s.tone * 0.8)  # instep
    cup = _inside_all(11.8 - s.x, s.x - 8.4 - 0.05 * up * up, 0.5 - up, up - ankle)
    s.paint(cup, s.tone * 0.8)
    ring = _ellipse(s.x, up, 7.6, ankle, 4.3, 1.9)  # round the ankle, seen a little from above
    s.paint(ring, 0.0)
    s.paint(_strip(ring, width), s.tone)
    sole = _inside_all(up, 2.4 - up, _strip(s.x, 12.5))
    s.paint(sole, s.tone * s.between(0.65, 1.1))
    s.shade(_inside_all(sole, up - 1.5), 0.55)
    heel = _inside_all(s.x - 7.0 + 0.15 * (s.y - floor), 12.3 - s.x, up - 1.5, floor - s.y)
    s.paint(heel, s.tone * 0.55)


def _sneaker(s: _Sketch) -> None:
    floor, ankle = 8.0, s.between(-3.6, -2.4)
    top = _through(
        s.x,
        (-12.8, 5.0),
        (-11.5, 2.8),
        (-7.0, 1.6),
        (0.0, ankle),
        (2.0, ankle),
        (5.0, ankle + 1.8),
        (9.0, ankle + 0.8),
        (11.5, ankle - 0.8),
    )
    upper = _inside_all(s.y - top, floor - 1 - s.y, s.x + 12.8, 12.2 - s.x)
    s.paint(upper, s.tone * 0.8)
    s.shade(_inside_all(upper, -8.5 - 0.4 * s.y - s.x), 1.2)  # toe cap
    s.shade(_inside_all(upper, s.x - 8.8), 0.65)  # heel counter
    has_stripes = s.some(0.6)
    for step in range(3):
        stripe = _strip(s.x - 2.3 * step - 2.4 + 0.6 * s.y, 0.55)
        s.paint(_inside_all(upper, stripe, s.y - top - 1.5), 1.1 - s.tone, has_stripes)
    for step in range(3):
        x0, y0 = -5.9 + 2.0 * step, 0.9 + (ankle - 1.6) * (2.0 + 2.0 * step) / 7
        s.paint(_limb(s.x, s.y, (x0, y0, 0.5), (x0 + 1.3, y0 + 1.9, 0.5)), 1.0)  # laces
    sole = _inside_all(_strip(s.y - floor + 0.3, 1.2), s.x + 13.0, 12.7 - s.x)
    s.shade(sole + 0.7, 0.4)
    s.paint(sole, s.between(0.85, 1.0))


def _ankle_boot(s: _Sketch) -> None:
    floor, back = 11.0, s.between(9.0, 10.5)
    shaft_top, front = s.between(-12.5, -9.5), s.between(-1.5, 0.0)
    heel_height = s.between(1.8, 4.0)
    sole_y = _through(s.x, (-5.0, floor - 1.0), (3.5, floor - heel_height))
    vamp = _through(s.x, (-12.6, 7.2), (-11.0, 5.0), (-6.0, 3.4), (front - 0.8, -0.5))
    top = np.where(s.x < front, vamp, -99).astype(np.float32)
    shaft = _inside_all(back - s.x, s.x - front + 0.1 * (s.y - shaft_top), s.y - shaft_top)
    foot = _inside_all(s.y - top, sole_y - s.y, s.x + 12.6, back + 0.4 - s.x)
    s.paint(_inside_all(shaft, sole_y - s.y), s.tone)
    s.paint(_inside_all(foot, s.y - 0.2 * s.x + 1.5), s.tone)
    s.paint(_inside_all(_strip(s.y - sole_y, 0.7), s.x + 12.9, back + 0.5 - s.x), s.tone * 0.45)
    heel = _inside_all(s.x - 4.0, back + 0.5 - s.x, s.y - sole_y, floor - s.y)
    s.paint(heel, s.tone * 0.5)
    panel = _inside_all(_strip(s.x - 4.5, 1.5 - 0.08 * (s.y + 5)), s.y - shaft_top - 1, 1.5 - s.y)
    s.shade(panel, 1 - 0.6 * s.some(0.6))
    s.shade(_inside_all(shaft, shaft_top + 1.2 - s.y), 0.6)
    s.shade(_inside_all(_strip(s.x + 7.0 + 0.3 * (s.y - 5), 0.3), foot), 0.6)  # toe seam


_CLASSES = (
    _t_shirt,
    _trouser,
    _pullover,
    _dress,
    _coat,
    _sandal,
    _shirt,
    _sneaker,
    _bag,
    _ankle_boot,
)
