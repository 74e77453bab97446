"""Train the reference GAN over several seeds and judge it; calibrate the scores.

    python -m benchmarks.reference_dcgan

The solutions of lesson 04 with the lesson's loop and a budget of its own. One classifier (seed 42)
judges everything, 10,000 images against the 10,000 test images. Results are written to
results/reference_dcgan.json after every seed, the grid of the first to course/pictures. Run it
from the checkout's top folder, on an idle machine.
"""

from __future__ import annotations

import json
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from benchmarks.record import commit
from benchmarks.reference_dae import summarise
from course import ImageDataset, binomial_blur, fit_vae, load_fashion_mnist
from course.gan import BUDGETS, Budget, GanTraining, batches
from course.metrics import (
    SAMPLE_SIZE,
    Classifier,
    class_coverage,
    diversity,
    fashion_fid,
    train_classifier,
)
from solutions.lesson_01_fashion_mnist import scale_images
from solutions.lesson_03_variational_autoencoder import (
    build_vae_decoder,
    build_vae_encoder,
    kl_divergence,
    vae_train_step,
)
from solutions.lesson_04_dcgan import (
    build_discriminator,
    build_generator,
    discriminator_step,
    generator_step,
    images_for_display,
    rescale_images,
)

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "reference_dcgan.json"
PICTURE = ROOT / "course" / "pictures" / "dcgan_grid.png"
FIRST_SEED = 42
CODINGS_SIZE = 100
VAE_EPOCHS = 5


def judge(classifier: Classifier, images: np.ndarray, test: np.ndarray) -> dict[str, float]:
    """Return all scores of images, as one flat row."""
    coverage = class_coverage(classifier, images)
    return {
        "fashion_fid": fashion_fid(classifier, images, test),
        "classes_reached": float(coverage.reached),
        "entropy": coverage.entropy,
        "diversity": diversity(classifier, images),
    }


def measure(
    seed: int, budget: Budget, classifier: Classifier, train: np.ndarray, test: np.ndarray
) -> tuple[dict[str, float], np.ndarray]:
    """Train once; return losses, seconds and scores, and the judged images."""
    keras.utils.set_random_seed(seed)
    generator, discriminator = build_generator(CODINGS_SIZE), build_discriminator()
    training = GanTraining(
        discriminator_step, generator_step, generator, discriminator, CODINGS_SIZE
    )
    dataset = batches(rescale_images(train[: budget.images]), budget.batch_size)
    wall, processor = time.perf_counter(), time.process_time()
    history = training.fit(dataset, budget.epochs, draw=False)
    row = {
        "seconds": time.perf_counter() - wall,
        "processor_seconds": time.process_time() - processor,
        "load": os.getloadavg()[0],
    } | {name: losses[-1] for name, losses in history.items()}
    codings = np.random.default_rng(seed).standard_normal((SAMPLE_SIZE, CODINGS_SIZE))
    images = images_for_display(generator.predict(codings, batch_size=500, verbose=0))
    return row | judge(classifier, images, test), images


def calibrate(classifier: Classifier, train: np.ndarray, test: np.ndarray) -> dict[str, Any]:
    """Judge images whose quality is known, and real images in smaller numbers."""
    rng = np.random.default_rng(FIRST_SEED)
    rows: dict[str, Any] = {
        "training images": judge(classifier, train[:SAMPLE_SIZE], test),
        "blurred training images": judge(classifier, binomial_blur(train[:SAMPLE_SIZE]), test),
        "mean image": judge(
            classifier, np.repeat(train.mean(axis=0)[np.newaxis], SAMPLE_SIZE, axis=0), test
        ),
        "uniform noise": judge(
            classifier, rng.random((SAMPLE_SIZE, 28, 28), dtype=np.float32), test
        ),
        "variational autoencoder": judge(classifier, vae_images(train, test), test),
    }
    for count in (1_000, 2_000, 5_000):
        chosen = rng.permutation(len(train))[:count]
        rows[f"{count} training images"] = {
            "fashion_fid": fashion_fid(classifier, train[chosen], test)
        }
    return rows


def vae_images(train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return draws of the VAE of lesson 03, trained for VAE_EPOCHS on the training set."""
    keras.utils.set_random_seed(FIRST_SEED)
    encoder, decoder = build_vae_encoder(10), build_vae_decoder(10)
    fit_vae(encoder, decoder, vae_train_step, kl_divergence, train, test[:1000], VAE_EPOCHS)
    codings = np.random.default_rng(FIRST_SEED).standard_normal((SAMPLE_SIZE, 10))
    return decoder.predict(codings, batch_size=500, verbose=0)


def save_grid(images: np.ndarray) -> None:
    """Write the first 40 images as rows of ten, enlarged twice."""
    grid = images[:40].reshape(4, 10, 28, 28).transpose(0, 2, 1, 3).reshape(112, 280)
    pixels = np.round(255 * np.clip(grid, 0, 1)).astype(np.uint8)
    Image.fromarray(pixels).resize((560, 224), Image.Resampling.NEAREST).save(
        PICTURE, optimize=True
    )


@click.command()
@click.option("--seeds", default=3, show_default=True, help="How many trainings.")
@click.option("--budget", default="laptop", type=click.Choice(list(BUDGETS)), show_default=True)
def main(seeds: int, budget: str) -> None:
    """Measure the reference GAN."""
    data: ImageDataset = load_fashion_mnist()
    if data.is_toy:
        raise click.ClickException("The scores are for Fashion-MNIST; set FASHION_MNIST_DIR.")
    train, test = scale_images(data.train_images), scale_images(data.test_images)
    report: dict[str, Any] = {
        "command": f"python -m benchmarks.reference_dcgan --seeds {seeds} --budget {budget}",
        "commit": commit(),
        "data": f"{data.name}; {SAMPLE_SIZE} generated against {len(test)} test images",
        "budget": vars(BUDGETS[budget]),
        "vae_epochs": VAE_EPOCHS,
        "versions": {name: version(name) for name in ("keras", "numpy")}
        | {"python": platform.python_version(), "tensorflow": tf.__version__},
    }
    keras.utils.set_random_seed(FIRST_SEED)
    start = time.perf_counter()
    classifier = train_classifier(train, data.train_labels, test, data.test_labels)
    report["classifier"] = {
        "accuracy": classifier.accuracy,
        "seconds": time.perf_counter() - start,
    }
    report["calibration"] = calibrate(classifier, train, test)
    write(report)
    rows: dict[str, dict[str, float]] = {}
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        row, images = measure(seed, BUDGETS[budget], classifier, train, test)
        rows[str(seed)] = row
        click.echo(json.dumps({"seed": seed} | row))
        report["seeds"], report["summary"] = rows, summarise(rows)
        write(report)
        if seed == FIRST_SEED:
            save_grid(images)


def write(report: dict[str, Any]) -> None:
    """Write what is known so far."""
    RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
