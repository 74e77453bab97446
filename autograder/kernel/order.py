"""In which order data pass the layers of a model that may list them in any."""

from __future__ import annotations

from collections.abc import Sequence


def order_of_convolutions(shapes: Sequence[Sequence[int]], picture_last: bool) -> list[int]:
    """Places of the kernels' shapes in the order in which data pass them, if they are two.

    A subclassed model lists its layers as its constructor made them, perhaps the last one first.
    The layer next to a picture of one channel has a 1 on axis 2, whether it reads the picture
    (Conv2D: rows, columns, in, out) or paints it (Conv2DTranspose: rows, columns, out, in), and as
    many channels on axis 3 as the other layer has on axis 2.
    """
    places = list(range(len(shapes)))
    if [len(shape) for shape in shapes] != [4, 4]:
        return places
    picture, other = shapes if picture_last else reversed(shapes)
    backwards = picture[2] == 1 and other[2] == picture[3] > 1
    return places[::-1] if backwards else places
