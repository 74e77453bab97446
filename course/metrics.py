"""Judging generated garments by numbers: a small classifier and what it says of them.

Images are floats of shape (n, 28, 28) with pixels in [0, 1] throughout, as `images_for_display`
returns them. Three scores come from one classifier, which the lesson trains in about a minute:

- class coverage: which of the ten garments are generated, and how evenly;
- diversity: how much the garments of one class differ, relative to real ones;
- Fashion-FID: how far the features of generated images lie from those of real ones.

The features are the 64 activations of the classifier's last hidden layer before its non-linearity,
each divided by its standard deviation over the reference images. A Fashion-FID is comparable only
with another one of the same classifier, the same reference images and the same number of images.
"""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from course.data import CLASS_NAMES

CLASSES = len(CLASS_NAMES)
FEATURES = 64
PREDICTION_BATCH = 1000

# How many generated images the lesson judges, as many as there are test images to compare with:
# the fewer, the larger the Fashion-FID of the very same generator (Bińkowski et al. 2018).
SAMPLE_SIZE = 10_000

# A class counts as reached if it gets at least a tenth of its fair share.
REACHED_SHARE = 0.1 / CLASSES


class MetricsError(ValueError):
    """Images or labels that cannot be judged; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        """Tell IPython to show the sentence alone: where in our code it was raised helps nobody."""
        return [f"MetricsError: {self}"]


@dataclass(frozen=True)
class Classifier:
    """A trained classifier of garments, and what real garments look like to it.

    accuracy: share of the reference images (not seen in training) that it names rightly, 0 to 1.
    scale: shape (FEATURES,); the standard deviation of each raw feature over these images.
    spread: their spread within a class, in scaled features: the unit of `diversity`.
    """

    model: keras.Model
    accuracy: float
    scale: NDArray[np.float64]
    spread: float

    def predict(self, images: ArrayLike) -> NDArray[np.float32]:
        """Return the probability of each class for each image, of shape (n, 10)."""
        return self._outputs(images)[0]

    def features(self, images: ArrayLike) -> NDArray[np.float64]:
        """Return the scaled features of each image, of shape (n, FEATURES)."""
        return self._outputs(images)[1] / self.scale

    def _outputs(self, images: ArrayLike) -> list[NDArray[np.float32]]:
        return _outputs(self.model, checked_images(images))


@dataclass(frozen=True)
class ClassCoverage:
    """How images spread over the ten classes, each counted for its most probable class.

    shares: shape (10,), in the order of CLASS_NAMES; they sum to 1.
    reached: how many classes have at least 1 % of the images.
    entropy: of the shares, in nats; ln 10 = 2.303 if all classes are equally frequent.
    """

    shares: NDArray[np.float64]
    reached: int
    entropy: float


def train_classifier(
    train_images: ArrayLike,
    train_labels: ArrayLike,
    reference_images: ArrayLike,
    reference_labels: ArrayLike,
    epochs: int = 3,
    batch_size: int = 128,
) -> Classifier:
    """Train a small convolutional classifier, with a line an epoch and its accuracy at the end.

    Images have shape (n, 28, 28) in [0, 1], labels shape (n,) in 0..9. The reference images, the
    test set in the lesson, are not trained on: they give the accuracy, the scale of the features
    and the spread that `diversity` compares with. `keras.utils.set_random_seed` fixes the rest.

    Raises MetricsError for images or labels of the wrong shape or range.
    """
    images, labels = _checked_pair(train_images, train_labels)
    references, names = _checked_pair(reference_images, reference_labels)
    model = _build_classifier()
    trained = keras.Model(model.input, model.output[0])  # the probabilities alone
    trained.compile(
        optimizer=keras.optimizers.Adam(0.002),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    trained.fit(images, labels, batch_size=batch_size, epochs=epochs, verbose=2)
    classifier = calibrate_classifier(model, references, names)
    print(
        f"Classifier: {classifier.accuracy:.1%} of {len(names):,} images it never saw are named "
        "rightly."
    )
    return classifier


def calibrate_classifier(
    model: keras.Model, reference_images: ArrayLike, reference_labels: ArrayLike
) -> Classifier:
    """Return a trained model of images (n, 28, 28) with what the reference images say of it.

    `model` gives two outputs: probabilities of shape (n, 10) and raw features (n, FEATURES).
    """
    images, labels = _checked_pair(reference_images, reference_labels)
    probabilities, features = _outputs(model, images)
    classes = probabilities.argmax(axis=1)
    scale = features.std(axis=0, dtype=np.float64)
    scale[scale == 0] = 1.0  # a feature that never changes says nothing; not to divide by zero
    spread = spread_within_classes(features / scale, classes)
    return Classifier(model, float(np.mean(classes == labels)), scale, spread)


def class_coverage(classifier: Classifier, images: ArrayLike) -> ClassCoverage:
    """Count the images' classes as the classifier names them; see ClassCoverage.

    It names something for every image, noise included: coverage says nothing of quality.
    """
    classes = classifier.predict(images).argmax(axis=1)
    shares = np.bincount(classes, minlength=CLASSES) / len(classes)
    present = shares[shares > 0]
    entropy = max(0.0, float(-np.sum(present * np.log(present))))  # and never -0.0
    return ClassCoverage(shares, int(np.sum(shares >= REACHED_SHARE)), entropy)


def diversity(classifier: Classifier, images: ArrayLike) -> float:
    """Return the spread of images within their classes, relative to real images.

    1 means that the images of a class differ as much as real test images do, 0 that all images of
    a class are equal, more than 1 that they are more scattered. Classes are the classifier's own;
    which of them are there is the business of `class_coverage`. Give it 1,000 images or more:
    with few in a class, the spread comes out too small.
    """
    probabilities, features = classifier._outputs(images)
    classes = probabilities.argmax(axis=1)
    return spread_within_classes(features / classifier.scale, classes) / classifier.spread


def fashion_fid(classifier: Classifier, images: ArrayLike, reference_images: ArrayLike) -> float:
    """Return the Fréchet distance between the features of two sets of images; 0 is best.

    The formula is that of the FID (Heusel et al. 2017), on this classifier's features in place of
    Inception's: numbers of one kind cannot be compared with the other. The estimate is too high
    by an amount that shrinks as images are added: compare equal numbers only.
    """
    first, second = classifier.features(images), classifier.features(reference_images)
    return frechet_distance(
        first.mean(axis=0), covariance(first), second.mean(axis=0), covariance(second)
    )


def frechet_distance(
    mean1: ArrayLike, covariance1: ArrayLike, mean2: ArrayLike, covariance2: ArrayLike
) -> float:
    """Return the squared Fréchet distance of two Gaussians (Dowson and Landau 1982).

    It is |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½), for means of shape (d,) and covariances of shape
    (d, d). The trace of (C1 C2)^½ is found from C1^½ C2 C1^½, which has the same eigenvalues but
    is symmetric, so that they are real, not negative, and safe to find where C1 has no inverse.
    """
    c1, c2 = np.asarray(covariance1, np.float64), np.asarray(covariance2, np.float64)
    distance = np.sum(np.square(np.asarray(mean1, np.float64) - np.asarray(mean2, np.float64)))
    root = _square_root(c1)
    product = root @ c2 @ root
    eigenvalues = np.linalg.eigvalsh((product + product.T) / 2)
    overlap = np.sum(np.sqrt(np.maximum(eigenvalues, 0)))  # below 0 by rounding alone
    return max(0.0, float(distance + np.trace(c1) + np.trace(c2) - 2 * overlap))


def covariance(features: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the covariance matrix of features of shape (n, d), of shape (d, d)."""
    return np.cov(features, rowvar=False, dtype=np.float64)


def spread_within_classes(features: NDArray[np.floating], classes: NDArray[np.integer]) -> float:
    """Return the root mean square distance of features (n, d) to the mean of their class (n,)."""
    total = 0.0
    for label in np.unique(classes):
        members = features[classes == label].astype(np.float64)
        total += float(np.sum(np.square(members - members.mean(axis=0))))
    return float(np.sqrt(total / len(features)))


def checked_images(images: ArrayLike) -> NDArray[np.float32]:
    """Return images as float32 of shape (n, 28, 28); MetricsError unless they fit, n >= 2."""
    array = np.asarray(images)
    if array.shape == (28, 28):
        raise MetricsError(
            "This is a single image; the scores compare sets of images, of shape (n, 28, 28)."
        )
    if array.ndim != 3 or array.shape[1:] != (28, 28):
        channel = " (images_for_display takes the channel away)" if array.ndim == 4 else ""
        raise MetricsError(
            f"Images must have shape (n, 28, 28), but these have {array.shape}{channel}."
        )
    if len(array) < 2:
        raise MetricsError(f"The scores need at least 2 images, but got {len(array)}.")
    if not np.issubdtype(array.dtype, np.floating):
        raise MetricsError(
            f"Images must be floats in [0, 1], but these are {array.dtype}: divide 0..255 by 255."
        )
    low, high = float(array.min()), float(array.max())
    if not np.isfinite(low + high):
        raise MetricsError("Some pixels are NaN or infinite: the network that made them is broken.")
    if low < -1e-6 or high > 1 + 1e-6:
        remedy = "bring [-1, 1] there with images_for_display" if high <= 1.001 else "divide by 255"
        raise MetricsError(
            f"Pixels must lie in [0, 1], but these lie in [{low:.3g}, {high:.3g}]: {remedy}."
        )
    return array.astype(np.float32, copy=False)


def _checked_pair(
    images: ArrayLike, labels: ArrayLike
) -> tuple[NDArray[np.float32], NDArray[np.integer]]:
    array, names = checked_images(images), np.asarray(labels)
    if names.shape != (len(array),):
        raise MetricsError(
            f"Labels must have shape ({len(array)},), one number from 0 to 9 for each image, but "
            f"these have {names.shape}."
        )
    if not np.issubdtype(names.dtype, np.integer) or names.min() < 0 or names.max() >= CLASSES:
        raise MetricsError("Labels must be whole numbers from 0 to 9: the classes of the images.")
    return array, names


def _build_classifier() -> keras.Model:
    """Return the network, untrained: (n, 28, 28) to probabilities (n, 10) and raw features."""
    images = keras.layers.Input((28, 28))
    x = keras.layers.Reshape((28, 28, 1))(images)
    x = keras.layers.Conv2D(32, 3, padding="same", activation="relu")(x)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dropout(0.4)(x)
    features = keras.layers.Dense(FEATURES, name="features")(x)
    x = keras.layers.ReLU()(features)
    probabilities = keras.layers.Dense(CLASSES, activation="softmax")(x)
    return keras.Model(images, [probabilities, features])


def _outputs(model: keras.Model, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return model.predict(images, batch_size=PREDICTION_BATCH, verbose=0)


def _square_root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the symmetric square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
