"""Answers to `interpolate_codings(start, end, steps)`.

One-dimensional ends (d,) → (steps, d): a straight line in equal steps, both ends included,
steps ≥ 2.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .lazily import ops, tf
from .novices import enter_novices

EXERCISE = "interpolate_codings"
enter_novices(EXERCISE, arity=3)


@right(EXERCISE)
def linspace():
    def interpolate_codings(start, end, steps):
        return np.linspace(start, end, steps)

    return interpolate_codings


@right(EXERCISE)
def linspace_with_options():
    def interpolate_codings(start, end, steps):
        return np.linspace(start, end, num=steps, endpoint=True, axis=0).astype("float32")

    return interpolate_codings


@right(EXERCISE)
def weights_as_a_column():
    def interpolate_codings(start, end, steps):
        t = np.linspace(0, 1, steps)[:, np.newaxis]
        return (1 - t) * start + t * end

    return interpolate_codings


@right(EXERCISE)
def start_and_difference():
    return lambda start, end, steps: (
        start + np.arange(steps).reshape(-1, 1) / (steps - 1) * (end - start)
    )


@right(EXERCISE)
def outer_products():
    def interpolate_codings(start, end, steps):
        t = np.linspace(0.0, 1.0, steps)
        return np.outer(1 - t, start) + np.outer(t, end)

    return interpolate_codings


@right(EXERCISE)
def list_comprehension():
    def interpolate_codings(start, end, steps):
        return [start + (end - start) * i / (steps - 1) for i in range(steps)]

    return interpolate_codings


@right(EXERCISE)
def loop_with_append():
    def interpolate_codings(start, end, steps):
        points = []
        for alpha in np.linspace(0, 1, steps):
            points.append(alpha * end + (1 - alpha) * start)
        return np.array(points)

    return interpolate_codings


@right(EXERCISE)
def filled_row_by_row():
    def interpolate_codings(start, end, steps):
        points = np.zeros((steps, len(start)), dtype=np.float32)
        for i in range(steps):
            for j in range(len(start)):
                points[i, j] = start[j] + i * (end[j] - start[j]) / (steps - 1)
        return points

    return interpolate_codings


@right(EXERCISE)
def dimension_by_dimension():
    return lambda start, end, steps: np.stack(
        [np.linspace(a, b, steps) for a, b in zip(start, end, strict=True)], axis=1
    )


@right(EXERCISE)
def step_added_again_and_again():
    def interpolate_codings(start, end, steps):
        step = (end.astype("float64") - start) / (steps - 1)
        points = [start.astype("float64")]
        while len(points) < steps:
            points.append(points[-1] + step)
        return np.vstack(points)

    return interpolate_codings


@right(EXERCISE)
def cumulative_sum():
    def interpolate_codings(start, end, steps):
        moves = np.tile((end.astype("float64") - start) / (steps - 1), (steps - 1, 1))
        return np.cumsum(np.concatenate([start[None].astype("float64"), moves]), axis=0)

    return interpolate_codings


@right(EXERCISE)
def interp():
    def interpolate_codings(start, end, steps):
        at = np.linspace(0, 1, steps)
        return np.array([np.interp(at, [0, 1], pair) for pair in np.stack([start, end], 1)]).T

    return interpolate_codings


@right(EXERCISE)
def matrix_product():
    def interpolate_codings(start, end, steps):
        t = np.linspace(0, 1, steps)
        return np.column_stack([1 - t, t]) @ np.stack([start, end])

    return interpolate_codings


@right(EXERCISE)
def in_tensorflow():
    def interpolate_codings(start, end, steps):
        return tf.linspace(tf.cast(start, tf.float32), tf.cast(end, tf.float32), steps)

    return interpolate_codings


@right(EXERCISE)
def in_ops():
    def interpolate_codings(start, end, steps):
        t = ops.linspace(0.0, 1.0, steps)[:, None]
        start, end = ops.convert_to_tensor(start), ops.convert_to_tensor(end)
        return ops.add(ops.multiply(1.0 - t, start[None, :]), ops.multiply(t, end[None, :]))

    return interpolate_codings


@right(EXERCISE)
def generator_made_a_list():
    def interpolate_codings(start, end, steps):
        def points():
            for i in range(steps):
                weight = i / (steps - 1)
                yield [(1 - weight) * a + weight * b for a, b in zip(start, end, strict=True)]

        return list(points())

    return interpolate_codings


@right(EXERCISE)
def partial_function():
    return functools.partial(np.linspace, dtype="float64")


@right(EXERCISE)
def tuple_of_rows():
    return lambda start, end, steps: tuple(np.linspace(start, end, steps))


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(lambda start, end, steps: np.linspace(start, end, steps))


@right(EXERCISE)
def linspace_of_keras():
    return lambda start, end, steps: ops.linspace(start, end, steps)


@right(EXERCISE)
def linspace_of_tensorflow_by_columns():
    def interpolate_codings(start, end, steps):
        columns = [tf.linspace(a, b, steps) for a, b in zip(start, end, strict=True)]
        return tf.stack(columns, axis=1).numpy()

    return interpolate_codings


@right(EXERCISE)
def weights_that_sum_to_one():
    def interpolate_codings(start, end, steps):
        alphas = np.arange(steps) / (steps - 1)
        weights = np.stack([1 - alphas, alphas], axis=1)
        return np.einsum("sk,kd->sd", weights, np.stack([start, end]))

    return interpolate_codings


@right(EXERCISE)
def vectorized_over_dimensions():
    def interpolate_codings(start, end, steps):
        ends = np.array([start, end])
        return np.apply_along_axis(lambda pair: np.linspace(pair[0], pair[1], steps), 0, ends)

    return interpolate_codings


@disputed(EXERCISE, "half precision: 'any float dtype'")
def in_half_precision():
    return lambda start, end, steps: np.linspace(start, end, steps).astype("float16")


@wrong(EXERCISE, "end_missing")
def endpoint_false():
    return lambda start, end, steps: np.linspace(start, end, steps, endpoint=False)


@wrong(EXERCISE, "end_missing")
def divided_by_steps():
    return lambda start, end, steps: np.array(
        [start + (end - start) * i / steps for i in range(steps)]
    )


@wrong(EXERCISE, "start_missing")
def counted_from_one():
    return lambda start, end, steps: np.array(
        [start + (end - start) * (i + 1) / steps for i in range(steps)]
    )


@wrong(EXERCISE, "start_missing")
def first_row_cut_off():
    return lambda start, end, steps: np.linspace(start, end, steps + 1)[1:]


@wrong(EXERCISE, "wrong_length")
def one_row_too_many():
    return lambda start, end, steps: np.linspace(start, end, steps + 1)


@wrong(EXERCISE, "wrong_length")
def as_many_intervals_as_steps():
    def interpolate_codings(start, end, steps):
        return [(1 - i / steps) * start + i / steps * end for i in range(steps + 1)]

    return interpolate_codings


@wrong(EXERCISE, "wrong_length")
def steps_between_the_ends():
    return lambda start, end, steps: np.linspace(start, end, steps + 2)


@wrong(EXERCISE, "wrong_length")
def always_ten_rows():
    return lambda start, end, steps=10: np.linspace(start, end, 10)


@wrong(EXERCISE, "wrong_length")
def always_fifty_rows():
    return lambda start, end, steps: np.linspace(start, end)


@wrong(EXERCISE, "transposed")
def transposed():
    return lambda start, end, steps: np.linspace(start, end, steps, axis=1)


@wrong(EXERCISE, "transposed")
def dimension_by_dimension_not_turned():
    return lambda start, end, steps: [
        np.linspace(a, b, steps) for a, b in zip(start, end, strict=True)
    ]


@wrong(EXERCISE, "reversed")
def from_the_end_to_the_start():
    return lambda start, end, steps: np.linspace(end, start, steps)


@wrong(EXERCISE, "reversed")
def weights_swapped():
    def interpolate_codings(start, end, steps):
        t = np.linspace(0, 1, steps).reshape(-1, 1)
        return t * start + (1 - t) * end

    return interpolate_codings


def angle_between(start, end):
    cosine = np.dot(start, end) / (np.linalg.norm(start) * np.linalg.norm(end))
    return np.arccos(np.clip(cosine, -1, 1))


@wrong(EXERCISE, "spherical")
def spherical():
    def interpolate_codings(start, end, steps):
        omega = angle_between(start, end)
        t = np.linspace(0, 1, steps)[:, None]
        return (np.sin((1 - t) * omega) * start + np.sin(t * omega) * end) / np.sin(omega)

    return interpolate_codings


@wrong(EXERCISE, "spherical")
def spherical_row_by_row():
    def interpolate_codings(start, end, steps):
        omega = float(angle_between(start, end))
        rows = []
        for i in range(steps):
            t = i / (steps - 1)
            one = math.sin((1 - t) * omega) / math.sin(omega)
            other = math.sin(t * omega) / math.sin(omega)
            rows.append(tf.constant(one * start + other * end))
        return tf.stack(rows)

    return interpolate_codings


@wrong(EXERCISE)
def line_stretched_to_the_norms():
    def interpolate_codings(start, end, steps):
        line = np.linspace(start, end, steps)
        norms = np.linspace(np.linalg.norm(start), np.linalg.norm(end), steps)
        return line / np.linalg.norm(line, axis=1, keepdims=True) * norms[:, None]

    return interpolate_codings


@wrong(EXERCISE, "ends_missing")
def both_ends_missing():
    return lambda start, end, steps: np.linspace(start, end, steps + 2)[1:-1]


@wrong(EXERCISE)
def ends_without_a_line():
    return lambda start, end, steps: np.stack([start, end])


@wrong(EXERCISE)
def midpoint_alone():
    return lambda start, end, steps: np.tile((start + end) / 2, (steps, 1))


@wrong(EXERCISE)
def start_repeated():
    return lambda start, end, steps: np.tile(start, (steps, 1))


@wrong(EXERCISE)
def eased_in_and_out():
    def interpolate_codings(start, end, steps):
        t = (1 - np.cos(np.linspace(0, np.pi, steps)))[:, None] / 2
        return (1 - t) * start + t * end

    return interpolate_codings


@wrong(EXERCISE)
def random_points_of_the_line():
    def interpolate_codings(start, end, steps):
        t = np.sort(np.random.uniform(size=(steps, 1)), axis=0)
        t[0], t[-1] = 0, 1
        return start + t * (end - start)

    return interpolate_codings


@wrong(EXERCISE)
def end_for_the_difference():
    return lambda start, end, steps: start + np.linspace(0, 1, steps)[:, None] * end


@wrong(EXERCISE)
def whole_numbers():
    return lambda start, end, steps: np.linspace(start, end, steps).astype(int)


@wrong(EXERCISE)
def one_long_row():
    return lambda start, end, steps: np.linspace(start, end, steps).ravel()


@wrong(EXERCISE)
def axis_too_many():
    return lambda start, end, steps: np.linspace(start[None], end[None], steps)


@wrong(EXERCISE)
def first_dimension_alone():
    return lambda start, end, steps: np.linspace(start[0], end[0], steps)


@wrong(EXERCISE)
def ten_dimensions_only():
    return lambda start, end, steps: np.linspace(start.reshape(10), end.reshape(10), steps)


@wrong(EXERCISE)
def overwrites_the_start_in_place():
    def interpolate_codings(start, end, steps):
        step = (end - start) / (steps - 1)
        points = []
        for _ in range(steps):
            points.append(start.copy())
            start += step
        return np.array(points)

    return interpolate_codings


@wrong(EXERCISE)
def appends_the_same_array_in_place():
    def interpolate_codings(start, end, steps):
        step = (end - start) / (steps - 1)
        points = []
        for _ in range(steps):
            points.append(start)
            start += step
        return points

    return interpolate_codings


@wrong(EXERCISE)
def step_as_a_length():
    return lambda start, end, steps: np.arange(start, end, (end - start) / steps)


@wrong(EXERCISE)
def weights_of_the_wrong_shape():
    def interpolate_codings(start, end, steps):
        t = np.linspace(0, 1, steps)
        return (1 - t) * start + t * end

    return interpolate_codings


@wrong(EXERCISE)
def weights_as_whole_numbers():
    def interpolate_codings(start, end, steps):
        t = np.linspace(0, 1, steps, dtype=int)[:, None]
        return (1 - t) * start + t * end

    return interpolate_codings


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def not_numbers():
    return lambda start, end, steps: np.full((steps, len(start)), np.nan)


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros():
    return lambda start, end, steps: np.zeros((steps, len(start)))


@wrong(EXERCISE)
def returns_a_generator():
    return lambda start, end, steps: (start + (end - start) * i / (steps - 1) for i in range(steps))


@wrong(EXERCISE)
def ends_in_one_argument():
    return lambda ends, steps: np.linspace(ends[0], ends[1], steps)
