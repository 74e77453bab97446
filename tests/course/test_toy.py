import numpy as np
import pytest

from course import CLASS_NAMES, toy_garments


@pytest.mark.parametrize("count", [0, 1, 7, 205])
def test_shapes_and_balance(count):
    images, labels = toy_garments(count, seed=3)
    assert images.shape == (count, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert labels.shape == (count,)
    sizes = np.bincount(labels, minlength=len(CLASS_NAMES))
    assert len(sizes) == 10
    assert sizes.max() - sizes.min() <= 1


def test_a_seed_fixes_every_pixel():
    first, again, other = (toy_garments(100, seed) for seed in (5, 5, 6))
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_the_order_is_shuffled():
    _, labels = toy_garments(200, seed=0)
    assert not np.array_equal(labels, np.sort(labels))
    assert not np.array_equal(labels, np.arange(200) % 10)


def test_garments_are_bright_on_black():
    images, labels = toy_garments(500, seed=1)
    for label in range(10):
        stack = images[labels == label]
        assert 0.2 < np.mean(stack == 0) < 0.9
        assert np.all(stack.max(axis=(1, 2)) > 80)
        assert np.all(stack[:, 0, 0] == 0)


def test_no_two_garments_are_alike():
    images, labels = toy_garments(500, seed=1)
    assert len(np.unique(images.reshape(500, -1), axis=0)) == 500
    for label in range(10):
        # They vary by more than the grain of the cloth, which is at most 5 % of the tone.
        stack = images[labels == label] / 255
        assert np.std(stack.mean(axis=(1, 2))) > 0.01


def test_a_simple_classifier_tells_the_classes_apart():
    images, labels = toy_garments(1000, seed=1)
    centroids = np.stack([images[labels == label].mean(axis=0) for label in range(10)])
    unseen, truth = toy_garments(500, seed=2)
    flat = unseen.reshape(len(unseen), 1, -1).astype(float)
    distances = np.square(flat - centroids.reshape(10, -1)).sum(axis=-1)
    accuracy_by_class = [
        np.mean(distances[truth == label].argmin(axis=1) == label) for label in range(10)
    ]
    assert min(accuracy_by_class) > 0.5, accuracy_by_class  # chance is 0.1
    assert np.mean(accuracy_by_class) > 0.8
