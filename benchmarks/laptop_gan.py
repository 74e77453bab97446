"""Find the GAN that gives the best pictures for the time a laptop has.

    python -m benchmarks.laptop_gan --keep build/laptop_gan

Trains every candidate for the same number of processor seconds, which neighbours on the machine
disturb less than the clock, and writes to results/laptop_gan.json what each gives: time for a
batch, Fashion-FID, class coverage and diversity on the way and at the end. The classifier and a
grid of 64 images of every candidate are kept in the folder --keep.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from benchmarks.record import commit
from course import ImageDataset, load_fashion_mnist
from course.metrics import (
    SAMPLE_SIZE,
    Classifier,
    calibrate_classifier,
    class_coverage,
    diversity,
    fashion_fid,
    train_classifier,
)
from solutions.lesson_01_fashion_mnist import scale_images
from solutions.lesson_04_dcgan import (
    discriminator_step,
    generator_step,
    images_for_display,
    rescale_images,
)

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "laptop_gan.json"
CODINGS_SIZE = 100
SEED = 42


@dataclass(frozen=True)
class Candidate:
    """One choice of everything that the contract of lesson 04 leaves free."""

    generator_filters: int = 64
    generator_kernel: int = 4
    discriminator_filters: tuple[int, int] = (64, 128)
    discriminator_kernel: int = 5
    dropout: str = "both"  # after both convolutions, or after the "last" alone
    batch_size: int = 32
    images: int = 60_000
    discriminator_rate: float = 2e-4
    generator_rate: float = 2e-4


CANDIDATES = {
    "full size": Candidate(),
    "small": Candidate(64, 4, (32, 64), 4, "last", 64),
    "small, rate 5e-4": Candidate(64, 4, (32, 64), 4, "last", 64, 60_000, 5e-4, 5e-4),
    "small, rate 5e-4, batch 32": Candidate(64, 4, (32, 64), 4, "last", 32, 60_000, 5e-4, 5e-4),
    "smaller, rate 5e-4": Candidate(32, 4, (32, 64), 4, "last", 64, 60_000, 5e-4, 5e-4),
    "full size, last, batch 64, rate 4e-4": Candidate(
        64, 4, (64, 128), 4, "last", 64, 60_000, 4e-4, 4e-4
    ),
    "small, rate 5e-4, 15,000 images": Candidate(
        64, 4, (32, 64), 4, "last", 64, 15_000, 5e-4, 5e-4
    ),
}


def build_networks(candidate: Candidate) -> tuple[keras.Model, keras.Model]:
    """Return a generator and a discriminator that keep the contract of lesson 04."""
    layers, kernel = keras.layers, candidate.generator_kernel
    generator = keras.Sequential(
        [
            layers.Input((CODINGS_SIZE,)),
            layers.Dense(7 * 7 * 128),
            layers.Reshape((7, 7, 128)),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(candidate.generator_filters, kernel, 2, padding="same"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Conv2DTranspose(1, kernel, 2, padding="same", activation="tanh"),
        ]
    )
    first, second = candidate.discriminator_filters
    after_first = [layers.Dropout(0.4)] if candidate.dropout == "both" else []
    kernel = candidate.discriminator_kernel
    discriminator = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(first, kernel, 2, padding="same"),
            layers.LeakyReLU(0.2),
            *after_first,
            layers.Conv2D(second, kernel, 2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.Dropout(0.4),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    return generator, discriminator


def measure(
    candidate: Candidate,
    classifier: Classifier,
    data: ImageDataset,
    stops: list[float],
    picture: Path,
) -> list[dict[str, Any]]:
    """Train with pauses after `stops` processor seconds, and return the scores at each."""
    keras.utils.set_random_seed(SEED)
    generator, discriminator = build_networks(candidate)
    optimizers = []
    for network, rate in (
        (discriminator, candidate.discriminator_rate),
        (generator, candidate.generator_rate),
    ):
        optimizers.append(keras.optimizers.Adam(rate, beta_1=0.5))
        optimizers[-1].build(network.trainable_variables)

    @tf.function(input_signature=[tf.TensorSpec((None, 28, 28, 1))])
    def step(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        shape = (tf.shape(images)[0], CODINGS_SIZE)
        return (
            discriminator_step(
                generator, discriminator, optimizers[0], images, tf.random.normal(shape)
            ),
            generator_step(generator, discriminator, optimizers[1], tf.random.normal(shape)),
        )

    references = scale_images(data.test_images)
    images = rescale_images(scale_images(data.train_images[: candidate.images]))
    step(images[:2])  # compiling is not counted
    rows: list[dict[str, Any]] = []
    used = seconds = 0.0
    batches, losses = 0, np.zeros(2)
    endless = _batches(images, candidate.batch_size)
    for stop in stops:
        wall, processor = time.perf_counter(), time.process_time()
        while used + time.process_time() - processor < stop:
            losses = 0.99 * losses + 0.01 * np.array([float(x) for x in step(next(endless))])
            batches += 1
        used += time.process_time() - processor
        seconds += time.perf_counter() - wall
        codings = np.random.default_rng(SEED).standard_normal((SAMPLE_SIZE, CODINGS_SIZE))
        fakes = images_for_display(generator.predict(codings, batch_size=500, verbose=0))
        coverage = class_coverage(classifier, fakes)
        rows.append(
            {
                "processor_seconds": round(used, 1),
                "seconds": round(seconds, 1),
                "batches": batches,
                "epochs": round(batches * candidate.batch_size / candidate.images, 2),
                "fashion_fid": fashion_fid(classifier, fakes, references),
                "diversity": diversity(classifier, fakes),
                "classes_reached": coverage.reached,
                "entropy": coverage.entropy,
                "discriminator_loss": losses[0],
                "generator_loss": losses[1],
            }
        )
        click.echo(json.dumps(rows[-1]))
        grid = fakes[:64].reshape(8, 8, 28, 28).transpose(0, 2, 1, 3).reshape(224, 224)
        Image.fromarray((255 * grid).round().astype(np.uint8)).resize((672, 672), 0).save(picture)
    return rows


def load_classifier(folder: Path, data: ImageDataset) -> Classifier:
    """Return the classifier kept in `folder`; train and keep it if there is none."""
    file = folder / "classifier.keras"
    train, test = scale_images(data.train_images), scale_images(data.test_images)
    if file.exists():
        return calibrate_classifier(keras.models.load_model(file), test, data.test_labels)
    keras.utils.set_random_seed(SEED)
    classifier = train_classifier(train, data.train_labels, test, data.test_labels)
    classifier.model.save(file)
    return classifier


def _batches(images: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    while True:
        order = np.random.permutation(len(images))
        for start in range(0, len(images) - batch_size + 1, batch_size):
            yield images[order[start : start + batch_size]]


@click.command()
@click.option("--keep", type=click.Path(path_type=Path), required=True, help="Folder for grids.")
@click.option("--only", multiple=True, help="Names of candidates; all unless given.")
@click.option("--stops", default="150,300", show_default=True, help="Processor seconds.")
def main(keep: Path, only: tuple[str, ...], stops: str) -> None:
    """Compare the candidates, and write down what each gives."""
    data = load_fashion_mnist()
    if data.is_toy:
        raise click.ClickException("Toy garments settle nothing; set FASHION_MNIST_DIR.")
    keep.mkdir(parents=True, exist_ok=True)
    classifier = load_classifier(keep, data)
    report: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in only or CANDIDATES:
        click.echo(f"{name}, load {os.getloadavg()[0]:.1f}")
        picture = keep / (name.replace(", ", "_").replace(" ", "_") + ".png")
        rows = measure(
            CANDIDATES[name], classifier, data, [float(x) for x in stops.split(",")], picture
        )
        report["commit"], report["classifier_accuracy"] = commit(), classifier.accuracy
        report.setdefault("candidates", {})[name] = asdict(CANDIDATES[name]) | {"scores": rows}
        RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
