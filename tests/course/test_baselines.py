import math

import numpy as np
import pytest

from course import (
    binary_cross_entropy,
    binomial_blur,
    box_blur,
    fit_pca,
    mean_squared_error,
    pca_reconstruct,
    toy_garments,
)


@pytest.fixture(scope="module")
def toys() -> np.ndarray:
    return toy_garments(300, seed=0)[0] / np.float32(255)


# Scores


def test_scores_by_hand():
    targets, predictions = np.array([1.0, 0.0, 0.5]), np.array([0.5, 0.25, 0.5])
    expected = -(math.log(0.5) + math.log(0.75) + math.log(0.5)) / 3
    assert binary_cross_entropy(targets, predictions) == pytest.approx(expected)
    assert mean_squared_error(targets, predictions) == pytest.approx((0.25 + 0.0625) / 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_certain_and_wrong_costs_as_much_as_in_keras(dtype):
    wrong = binary_cross_entropy(np.ones((2, 28, 28), dtype), np.zeros((2, 28, 28), dtype))
    assert wrong == pytest.approx(-math.log(1e-7), rel=1e-5)
    right = binary_cross_entropy(np.ones((2, 28, 28), dtype), np.ones((2, 28, 28), dtype))
    assert right == pytest.approx(0, abs=2e-7)


def test_one_prediction_may_serve_all_images(toys):
    mean_image = toys.mean(axis=0)
    repeated = np.broadcast_to(mean_image, toys.shape)
    for score in (binary_cross_entropy, mean_squared_error):
        assert score(toys, mean_image) == score(toys, repeated)
        assert isinstance(score(toys, 0.5), float)


@pytest.mark.parametrize("score", [binary_cross_entropy, mean_squared_error])
@pytest.mark.parametrize("shape", [(5, 28, 28, 1), (6, 28, 28), (5, 784)])
def test_shapes_that_do_not_fit_are_refused(score, shape):
    with pytest.raises(ValueError, match=r"does not fit the targets' shape \(5, 28, 28\)"):
        score(np.zeros((5, 28, 28)), np.zeros(shape))


def test_a_single_target_is_not_repeated_to_many_predictions():
    with pytest.raises(ValueError, match="does not fit"):
        mean_squared_error(np.zeros((28, 28)), np.zeros((5, 28, 28)))


@pytest.mark.parametrize("targets", [[0.0, 255.0], [-1.0, 1.0], [0.0, math.nan]])
def test_cross_entropy_refuses_targets_that_are_not_probabilities(targets):
    with pytest.raises(ValueError, match="divide pixels"):
        binary_cross_entropy(np.array(targets), 0.5)


# Principal components


def test_axes_are_orthonormal_and_ordered(toys):
    pca = fit_pca(toys)
    assert pca.axes.shape == (784, 784)
    assert np.allclose(pca.axes @ pca.axes.T, np.eye(784), atol=1e-4)
    variances = ((toys.reshape(len(toys), -1) - pca.mean) @ pca.axes.T).var(axis=0)
    assert np.all(np.diff(variances) < 1e-4)


@pytest.mark.parametrize("shape", [(300, 28, 28), (300, 28, 28, 1)])
def test_reconstructions_get_better_with_each_axis(toys, shape):
    pca = fit_pca(toys)
    images = toys.reshape(shape)
    errors = [mean_squared_error(images, pca_reconstruct(pca, images, k)) for k in (0, 5, 30, 784)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] == pytest.approx(mean_squared_error(toys, toys.mean(axis=0)), rel=1e-5)
    assert errors[-1] < 1e-8
    assert pca_reconstruct(pca, images, 5).dtype == np.float32


def test_as_good_as_the_singular_value_decomposition_of_the_centred_images(toys):
    flat = toys.reshape(len(toys), -1).astype(np.float64)
    singular = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False)
    error = mean_squared_error(toys, pca_reconstruct(fit_pca(toys), toys, 10))
    assert error == pytest.approx(np.sum(singular[10:] ** 2) / flat.size, rel=1e-3)


@pytest.mark.parametrize("components", [-1, 785])
def test_impossible_numbers_of_components_are_refused(toys, components):
    with pytest.raises(ValueError, match="between 0 and 784"):
        pca_reconstruct(fit_pca(toys), toys, components)


# Blurs


def blurred_by_loops(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    margin = len(kernel) // 2
    padded = np.pad(image, margin, mode="edge")
    return np.array(
        [
            [np.sum(padded[i : i + len(kernel), j : j + len(kernel)] * kernel) for j in range(28)]
            for i in range(28)
        ]
    )


@pytest.mark.parametrize(
    ("blur", "kernel"),
    [
        (binomial_blur, np.outer([1, 2, 1], [1, 2, 1]) / 16),
        (box_blur, np.ones((3, 3)) / 9),
        (lambda images: box_blur(images, 5), np.ones((5, 5)) / 25),
        (lambda images: box_blur(images, size=1), np.ones((1, 1))),
    ],
)
def test_blurs_equal_their_kernels(toys, blur, kernel):
    before = toys[:4].copy()
    blurred = blur(before)
    expected = [blurred_by_loops(image, kernel) for image in before]
    assert np.allclose(blurred, expected, atol=1e-6)
    assert blurred.dtype == np.float32
    assert np.array_equal(before, toys[:4])
    assert np.array_equal(blur(before[..., np.newaxis]), blurred[..., np.newaxis])


@pytest.mark.parametrize("size", [0, 2, -3])
def test_a_box_needs_a_middle(toys, size):
    with pytest.raises(ValueError, match="odd"):
        box_blur(toys, size)


# The real data: figures to three or four digits that were measured elsewhere


@pytest.fixture(scope="module")
def scaled(fashion_mnist) -> tuple[np.ndarray, np.ndarray]:
    divisor = np.float32(255)
    return fashion_mnist.train_images / divisor, fashion_mnist.test_images / divisor


def test_reference_scores_on_fashion_mnist(scaled):
    train, test = scaled
    mean_image = train.mean(axis=0)
    assert binary_cross_entropy(test, test) == pytest.approx(0.2422, abs=5e-5)
    assert binary_cross_entropy(test, mean_image) == pytest.approx(0.4911, abs=5e-5)
    assert binary_cross_entropy(test, 0.5) == pytest.approx(0.6931, abs=5e-5)
    assert mean_squared_error(test, mean_image) == pytest.approx(0.0866, abs=1e-4)
    assert mean_squared_error(test, 0.5) == pytest.approx(0.1697, abs=1e-4)


def test_reference_restorations_on_fashion_mnist(scaled):
    train, test = scaled
    pca = fit_pca(train)
    for components, error in {10: 0.0244, 20: 0.0187, 30: 0.0156, 64: 0.0104}.items():
        restored = pca_reconstruct(pca, test, components)
        assert mean_squared_error(test, restored) == pytest.approx(error, abs=6e-5)
    noisy = test + np.random.default_rng(0).normal(0, 0.2, test.shape).astype(np.float32)
    # In dB; what is restored is clipped to [0, 1], the noise is not.
    for restored, decibels in (
        (binomial_blur(noisy), 18.95),
        (pca_reconstruct(pca, noisy, 30), 17.9),
    ):
        error = mean_squared_error(test, restored.clip(0, 1))
        assert -10 * math.log10(error) == pytest.approx(decibels, abs=0.05)
