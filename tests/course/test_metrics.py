"""The scores: closed forms, and toy garments judged by a classifier trained on them."""

import keras
import numpy as np
import pytest

from course import toy_garments
from course.metrics import (
    Classifier,
    MetricsError,
    checked_images,
    class_coverage,
    covariance,
    diversity,
    fashion_fid,
    frechet_distance,
    spread_within_classes,
    train_classifier,
)


@pytest.fixture(scope="module")
def garments() -> tuple[np.ndarray, np.ndarray]:
    images, labels = toy_garments(3000, seed=0)
    return images / np.float32(255), labels


@pytest.fixture(scope="module")
def classifier(garments) -> Classifier:
    images, labels = garments
    keras.utils.set_random_seed(0)
    return train_classifier(images[:2000], labels[:2000], images[2000:], labels[2000:], epochs=3)


def test_frechet_distance_of_diagonal_gaussians_by_hand():
    distance = frechet_distance([0, 0], np.diag([4.0, 9.0]), [3, 4], np.diag([1.0, 16.0]))
    assert distance == pytest.approx(25 + (2 - 1) ** 2 + (3 - 4) ** 2)


def test_frechet_distance_of_correlated_gaussians_by_hand():
    # For 2 x 2, tr(M^1/2) = sqrt(tr M + 2 sqrt(det M)), here with M = C1 C2.
    c1, c2 = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([[3.0, -1.0], [-1.0, 1.0]])
    product = c1 @ c2
    overlap = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = np.trace(c1) + np.trace(c2) - 2 * overlap
    assert frechet_distance([0, 0], c1, [0, 0], c2) == pytest.approx(expected)
    assert frechet_distance([0, 0], c2, [0, 0], c1) == pytest.approx(expected)


def test_frechet_distance_with_covariances_that_have_no_inverse():
    point, line = np.zeros((3, 3)), np.diag([4.0, 0, 0])
    zero = np.zeros(3)
    assert frechet_distance(zero, point, zero, line) == pytest.approx(4)
    assert frechet_distance(zero, line, zero, np.diag([0, 1.0, 0])) == pytest.approx(5)
    few = np.random.default_rng(0).normal(size=(5, 20))  # rank 4 of 20
    mean, spread = few.mean(axis=0), covariance(few)
    assert frechet_distance(mean, spread, mean, spread) == pytest.approx(0, abs=1e-6)


def test_spread_within_classes_by_hand():
    features = np.array([[0.0, 0], [2, 0], [10, 10], [10, 10]])
    assert spread_within_classes(features, np.array([0, 0, 1, 1])) == pytest.approx(np.sqrt(0.5))
    assert spread_within_classes(features[2:], np.array([1, 1])) == 0


def test_the_classifier_learns_the_toy_garments(classifier, garments):
    assert classifier.accuracy > 0.9
    probabilities = classifier.predict(garments[0][:30])
    assert probabilities.shape == (30, 10)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(30), abs=1e-5)
    features = classifier.features(garments[0][2000:])
    assert features.std(axis=0)[features.std(axis=0) > 0] == pytest.approx(1, abs=1e-4)


def test_real_images_score_as_real_images(classifier, garments):
    real = garments[0][2000:]
    assert diversity(classifier, real) == pytest.approx(1)
    coverage = class_coverage(classifier, real)
    assert coverage.reached == 10
    assert coverage.entropy == pytest.approx(np.log(10), abs=0.05)
    assert coverage.shares.sum() == pytest.approx(1)
    assert fashion_fid(classifier, real, real) == pytest.approx(0, abs=1e-3)


def test_fashion_fid_does_not_mind_the_order(classifier, garments):
    first, second = garments[0][:1000], garments[0][2000:]
    shuffled = np.random.default_rng(0).permutation(first)
    assert fashion_fid(classifier, shuffled, second) == pytest.approx(
        fashion_fid(classifier, first, second), rel=1e-3
    )


def test_equal_images_and_noise_score_badly(classifier, garments):
    real = garments[0][2000:]
    equal = np.repeat(real[:1], 500, axis=0)
    assert diversity(classifier, equal) == pytest.approx(0, abs=1e-5)
    assert class_coverage(classifier, equal).reached == 1
    assert class_coverage(classifier, equal).entropy == 0
    near = fashion_fid(classifier, garments[0][:1000], real)
    noise = np.random.default_rng(0).random((1000, 28, 28))
    assert fashion_fid(classifier, equal, real) > 10 * near
    assert fashion_fid(classifier, noise, real) > 10 * near


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x[0], "single image"),
        (lambda x: x[:1], "at least 2"),
        (lambda x: x[..., np.newaxis], "images_for_display"),
        (lambda x: x[:, :26, :26], "\\(5, 26, 26\\)"),
        (lambda x: 2 * x - 1, "images_for_display"),
        (lambda x: 255 * x, "divide by 255"),
        (lambda x: (255 * x).astype(np.uint8), "uint8"),
        (lambda x: x * np.nan, "NaN"),
    ],
)
def test_unusable_images_are_named(garments, change, message):
    with pytest.raises(MetricsError, match=message) as caught:
        checked_images(change(garments[0][:5]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: np.eye(10)[y], "shape \\(5,\\).*\\(5, 10\\)"),
        (lambda y: y[:, np.newaxis], "\\(5, 1\\)"),
        (lambda y: y.astype(int) + 10, "0 to 9"),
        (lambda y: y / 2, "whole numbers"),
    ],
)
def test_unusable_labels_are_named(garments, change, message):
    images, labels = garments[0][:5], garments[1][:5]
    with pytest.raises(MetricsError, match=message):
        train_classifier(images, change(labels), images, labels)
