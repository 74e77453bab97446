"""A tape inside the graph: stand-in networks write on it which data reached them.

Answers may call a network eagerly, under `tf.function`, from `fit` or from a loop of their own.
Rows are written to TensorFlow variables, so that each run of a graph writes, not its tracing alone.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


class Tape:
    """Keeps up to `capacity` rows of `width` numbers each, in the order in which they came."""

    def __init__(self, capacity: int, width: int, dtype: tf.DType = tf.float32) -> None:
        self._capacity = capacity
        # One row more: what no longer fits is written there, over and over.
        self._rows = tf.Variable(tf.zeros((capacity + 1, width), dtype), trainable=False)
        self._count = tf.Variable(0, dtype=tf.int32, trainable=False)

    def write(self, rows: tf.Tensor) -> None:
        """Append `rows`, a tensor of shape (n, ...), each flattened to `width` numbers."""
        # Few operations: each costs a good part of a millisecond where a graph is traced.
        rows = tf.reshape(rows, (-1, self._rows.shape[1]))
        if rows.dtype != self._rows.dtype:
            rows = tf.cast(rows, self._rows.dtype)
        count = rows.shape[0]
        start = self._count.read_value()
        if count is None:
            count = tf.shape(rows)[0]
            places = start + tf.range(count)
        else:
            places = start + np.arange(count, dtype=np.int32)
        places = tf.minimum(places, self._capacity)
        self._rows.scatter_update(tf.IndexedSlices(rows, places))
        self._count.assign_add(count, read_value=False)

    @property
    def count(self) -> int:
        """How many rows came, those that did not fit included."""
        return int(self._count.numpy())

    def rows(self) -> np.ndarray:
        """The rows kept, of shape (min(count, capacity), width)."""
        return self._rows.numpy()[: min(self.count, self._capacity)]
