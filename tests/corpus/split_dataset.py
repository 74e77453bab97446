"""Answers to `split_dataset(images, labels, validation_size)`.

It returns `(train_images, train_labels), (validation_images, validation_labels)`, and the last
`validation_size` rows validate.
"""

from __future__ import annotations

import functools
import itertools
from collections import namedtuple

import keras
import numpy as np
import tensorflow as tf

from .answers import SHAPE_ALONE, disputed, right, wrong
from .chatter import chatty
from .novices import enter_novices

EXERCISE = "split_dataset"
enter_novices(EXERCISE, arity=3)


def reference(images, labels, validation_size):
    cut = len(images) - validation_size
    return (images[:cut], labels[:cut]), (images[cut:], labels[cut:])


@right(EXERCISE)
def negative_slices():
    def split_dataset(images, labels, validation_size):
        train = images[:-validation_size], labels[:-validation_size]
        validation = images[-validation_size:], labels[-validation_size:]
        return train, validation

    return split_dataset


@right(EXERCISE)
def counts_the_training_rows():
    def split_dataset(images, labels, validation_size):
        n = images.shape[0] - validation_size
        return (images[:n], labels[:n]), (images[n:], labels[n:])

    return split_dataset


@right(EXERCISE)
def lists_for_tuples():
    return lambda x, y, size: [[x[:-size], y[:-size]], [x[-size:], y[-size:]]]


@right(EXERCISE)
def np_split():
    def split_dataset(images, labels, validation_size):
        cut = [len(images) - validation_size]
        train_images, validation_images = np.split(images, cut)
        train_labels, validation_labels = np.split(labels, cut)
        return (train_images, train_labels), (validation_images, validation_labels)

    return split_dataset


@right(EXERCISE)
def boolean_mask():
    def split_dataset(images, labels, validation_size):
        held_out = np.arange(len(images)) >= len(images) - validation_size
        return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])

    return split_dataset


@right(EXERCISE)
def index_arrays():
    def split_dataset(images, labels, validation_size):
        indices = list(range(len(labels)))
        train, held_out = indices[:-validation_size], indices[-validation_size:]
        return (images[train], labels[train]), (images[held_out], labels[held_out])

    return split_dataset


@right(EXERCISE)
def np_take():
    def split_dataset(images, labels, validation_size):
        rows = np.arange(len(images))
        parts = rows[:-validation_size], rows[-validation_size:]
        return tuple((np.take(images, p, axis=0), np.take(labels, p, axis=0)) for p in parts)

    return split_dataset


@right(EXERCISE)
def np_delete():
    def split_dataset(images, labels, validation_size):
        last = np.arange(len(images) - validation_size, len(images))
        train = np.delete(images, last, axis=0), np.delete(labels, last)
        return train, (images[last], labels[last])

    return split_dataset


@right(EXERCISE)
def python_loop():
    def split_dataset(images, labels, validation_size):
        train_images, train_labels, validation_images, validation_labels = [], [], [], []
        for i in range(len(images)):
            if i < len(images) - validation_size:
                train_images.append(images[i])
                train_labels.append(labels[i])
            else:
                validation_images.append(images[i])
                validation_labels.append(labels[i])
        return (
            (np.array(train_images), np.array(train_labels)),
            (np.array(validation_images), np.array(validation_labels)),
        )

    return split_dataset


@right(EXERCISE)
def lists_of_rows():
    def split_dataset(images, labels, validation_size):
        cut = len(images) - validation_size
        pictures, names = list(images), list(labels)
        return (pictures[:cut], names[:cut]), (pictures[cut:], names[cut:])

    return split_dataset


@right(EXERCISE)
def copies():
    def split_dataset(images, labels, validation_size):
        images, labels = images.copy(), labels.copy()
        return reference(images, labels, validation_size)

    return split_dataset


@right(EXERCISE)
def islice():
    def split_dataset(images, labels, validation_size):
        cut = len(images) - validation_size

        def rows(a, start, stop):
            return np.stack(list(itertools.islice(a, start, stop)))

        return (
            (rows(images, 0, cut), rows(labels, 0, cut)),
            (rows(images, cut, None), rows(labels, cut, None)),
        )

    return split_dataset


@right(EXERCISE)
def tensors():
    def split_dataset(images, labels, validation_size):
        x, y = tf.convert_to_tensor(images), tf.convert_to_tensor(labels)
        return (
            (x[:-validation_size], y[:-validation_size]),
            (x[-validation_size:], y[-validation_size:]),
        )

    return split_dataset


@right(EXERCISE)
def tensorflow_split():
    def split_dataset(images, labels, validation_size):
        sizes = [len(images) - validation_size, validation_size]
        (a, b), (c, d) = tf.split(images, sizes), tf.split(labels, sizes)
        return (a, c), (b, d)

    return split_dataset


@right(EXERCISE)
def keras_split():
    def split_dataset(images, labels, validation_size):
        cut = len(images) - validation_size
        a, b = keras.ops.split(images, [cut])
        c, d = keras.ops.split(labels, [cut])
        return (a, c), (b, d)

    return split_dataset


@right(EXERCISE)
def named_tuples():
    Part = namedtuple("Part", "images labels")

    def split_dataset(images, labels, validation_size):
        (a, b), (c, d) = reference(images, labels, validation_size)
        return Part(a, b), Part(c, d)

    return split_dataset


@right(EXERCISE)
def zips_the_parts():
    def split_dataset(images, labels, validation_size):
        parts = ((a[:-validation_size], a[-validation_size:]) for a in (images, labels))
        return tuple(zip(*parts, strict=True))

    return split_dataset


@right(EXERCISE)
def partial_function():
    def split(seed, images, labels, validation_size):
        return reference(images, labels, validation_size)

    return functools.partial(split, 42)


@right(EXERCISE)
def object_with_call():
    class Splitter:
        def __call__(self, images, labels, validation_size):
            return reference(images, labels, validation_size)

    return Splitter()


@right(EXERCISE)
def static_method():
    class Splitter:
        @staticmethod
        def split(pictures, names, size):
            return reference(pictures, names, size)

    return Splitter.split


@right(EXERCISE)
def default_size():
    def split_dataset(images, labels, validation_size=5000):
        return reference(images, labels, validation_size)

    return split_dataset


@right(EXERCISE)
def talks_on_every_stream():
    return chatty(reference)


@right(EXERCISE)
def shape_of_the_images():
    def split_dataset(images, labels, validation_size):
        cut = images.shape[0] - validation_size
        return [[images[:cut], labels[:cut]], [images[cut:], labels[cut:]]]

    return split_dataset


@right(EXERCISE)
def data_sets_taken_and_skipped():
    def split_dataset(images, labels, validation_size):
        rows = list(zip(images, labels, strict=True))
        parts = rows[: len(rows) - validation_size], rows[len(rows) - validation_size :]
        return tuple(
            tuple(np.stack(column) for column in zip(*part, strict=True)) for part in parts
        )

    return split_dataset


@right(EXERCISE)
def slices_as_objects():
    def split_dataset(images, labels, validation_size):
        train, validation = slice(0, -validation_size), slice(-validation_size, None)
        return (images[train], labels[train]), (images[validation], labels[validation])

    return split_dataset


@disputed(EXERCISE, "a stack of pairs: an array of the right nesting, neither list nor tuple")
def outer_object_array():
    def split_dataset(images, labels, validation_size):
        parts = np.empty(2, object)
        parts[0], parts[1] = reference(images, labels, validation_size)
        return parts

    return split_dataset


@disputed(EXERCISE, "an iterator that unpacks as the tuple would")
def iterator_of_parts():
    return lambda *arguments: iter(reference(*arguments))


@disputed(EXERCISE, "labels of another integer type")
def labels_as_int64():
    return lambda images, labels, size: reference(images, labels.astype("int64"), size)


@wrong(EXERCISE, "first_rows_validate")
def first_rows_validate():
    def split_dataset(images, labels, validation_size):
        train = images[validation_size:], labels[validation_size:]
        return train, (images[:validation_size], labels[:validation_size])

    return split_dataset


@wrong(EXERCISE, "first_rows_validate")
def first_rows_validate_by_np_split():
    def split_dataset(images, labels, validation_size):
        validation_images, train_images = np.split(images, [validation_size])
        validation_labels, train_labels = np.split(labels, [validation_size])
        return [train_images, train_labels], [validation_images, validation_labels]

    return split_dataset


@wrong(EXERCISE, "shuffled")
def shuffles_by_permutation():
    def split_dataset(images, labels, validation_size):
        order = np.random.default_rng(42).permutation(len(images))
        return reference(images[order], labels[order], validation_size)

    return split_dataset


@wrong(EXERCISE, "shuffled")
def shuffles_in_the_manner_of_scikit_learn():
    def split_dataset(images, labels, validation_size):
        indices = np.arange(len(images))
        np.random.shuffle(indices)
        held_out, train = indices[:validation_size], indices[validation_size:]
        return (images[train], labels[train]), (images[held_out], labels[held_out])

    return split_dataset


@wrong(EXERCISE, "sets_swapped")
def validation_first():
    def split_dataset(images, labels, validation_size):
        train, validation = reference(images, labels, validation_size)
        return validation, train

    return split_dataset


@wrong(EXERCISE, "sets_swapped")
def validation_first_by_slices():
    return lambda x, y, v: ((x[-v:], y[-v:]), (x[:-v], y[:-v]))


@wrong(EXERCISE, "grouped_by_kind")
def images_then_labels():
    return lambda x, y, v: ((x[:-v], x[-v:]), (y[:-v], y[-v:]))


@wrong(EXERCISE, "grouped_by_kind")
def images_then_labels_by_np_split():
    def split_dataset(images, labels, validation_size):
        cut = [len(images) - validation_size]
        return np.split(images, cut), np.split(labels, cut)

    return split_dataset


@wrong(EXERCISE, "off_by_one")
def cuts_one_row_early():
    def split_dataset(images, labels, validation_size):
        cut = len(images) - validation_size - 1
        return (images[:cut], labels[:cut]), (images[cut:], labels[cut:])

    return split_dataset


@wrong(EXERCISE, "off_by_one")
def cuts_one_row_late():
    def split_dataset(images, labels, validation_size):
        cut = len(images) - validation_size + 1
        return (images[:cut], labels[:cut]), (images[cut:], labels[cut:])

    return split_dataset


@wrong(EXERCISE)
def loses_the_last_row():
    def split_dataset(images, labels, validation_size):
        cut = len(images) - validation_size
        return (images[:cut], labels[:cut]), (images[cut:-1], labels[cut:-1])

    return split_dataset


@wrong(EXERCISE, "off_by_one")
def loses_the_row_at_the_cut():
    def split_dataset(images, labels, validation_size):
        cut = len(images) - validation_size
        return (images[: cut - 1], labels[: cut - 1]), (images[cut:], labels[cut:])

    return split_dataset


@wrong(EXERCISE, "labels_misaligned")
def labels_from_the_other_end():
    def split_dataset(images, labels, validation_size):
        v = validation_size
        return (images[:-v], labels[v:]), (images[-v:], labels[:v])

    return split_dataset


@wrong(EXERCISE, "labels_misaligned")
def labels_turned_round():
    def split_dataset(images, labels, validation_size):
        return reference(images, labels[::-1], validation_size)

    return split_dataset


@wrong(EXERCISE)
def shuffles_the_images_alone():
    def split_dataset(images, labels, validation_size):
        images = np.random.permutation(images)
        return reference(images, labels, validation_size)

    return split_dataset


@wrong(EXERCISE)
def trains_on_everything():
    return lambda x, y, v: ((x, y), (x[-v:], y[-v:]))


@wrong(EXERCISE)
def cuts_at_five_thousand():
    return lambda x, y, v: ((x[:-5000], y[:-5000]), (x[-5000:], y[-5000:]))


@wrong(EXERCISE)
def takes_the_size_for_a_share():
    def split_dataset(images, labels, validation_size):
        cut = int(len(images) * (1 - validation_size))
        return (images[:cut], labels[:cut]), (images[cut:], labels[cut:])

    return split_dataset


@wrong(EXERCISE)
def flat_tuple_of_four():
    return lambda x, y, v: (x[:-v], y[:-v], x[-v:], y[-v:])


@wrong(EXERCISE)
def images_alone():
    return lambda x, y, v: (x[:-v], x[-v:])


@wrong(EXERCISE)
def training_set_alone():
    return lambda x, y, v: (x[:-v], y[:-v])


@wrong(EXERCISE)
def dict_of_parts():
    def split_dataset(images, labels, validation_size):
        train, validation = reference(images, labels, validation_size)
        return {"train": train, "validation": validation}

    return split_dataset


@wrong(EXERCISE)
def labels_before_images():
    return lambda x, y, v: ((y[:-v], x[:-v]), (y[-v:], x[-v:]))


@wrong(EXERCISE)
def scales_on_the_way():
    return lambda x, y, v: reference(x / 255, y, v)


@wrong(EXERCISE)
def every_so_many_rows():
    def split_dataset(images, labels, validation_size):
        held_out = np.arange(validation_size) * (len(images) // validation_size)
        train = np.setdiff1d(np.arange(len(images)), held_out)
        return (images[train], labels[train]), (images[held_out], labels[held_out])

    return split_dataset


@wrong(EXERCISE, at_most=SHAPE_ALONE)
def zeros_of_the_right_shapes():
    def split_dataset(images, labels, validation_size):
        return reference(np.zeros_like(images), np.zeros_like(labels), validation_size)

    return split_dataset


@wrong(EXERCISE)
def shuffles_in_place():
    def split_dataset(images, labels, validation_size):
        state = np.random.get_state()
        np.random.shuffle(images)
        np.random.set_state(state)
        np.random.shuffle(labels)
        return reference(images, labels, validation_size)

    return split_dataset


@wrong(EXERCISE)
def wipes_the_rows_it_hands_out():
    def split_dataset(images, labels, validation_size):
        train, validation = reference(images.copy(), labels.copy(), validation_size)
        images[-validation_size:] = 0
        return train, validation

    return split_dataset


@wrong(EXERCISE)
def prints_the_parts():
    return lambda *arguments: print(reference(*arguments))


@wrong(EXERCISE, says=("TypeError",))
def slices_with_a_float():
    def split_dataset(images, labels, validation_size):
        cut = len(images) * 0.9
        return (images[:cut], labels[:cut]), (images[cut:], labels[cut:])

    return split_dataset
