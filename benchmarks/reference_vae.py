"""Train the reference variational autoencoder over several seeds and measure both terms.

    python -m benchmarks.reference_vae

The solutions of lesson 03 on the whole training set (the last 5,000 images validate), with the
lesson's own training loop. Prints a table, writes results/reference_vae.json, and exits with 1 if
the mean over the seeds misses the target. Run it from the checkout's top folder, on an idle
machine.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np
import tensorflow as tf

from benchmarks.record import commit
from benchmarks.reference_dae import summarise
from course import ImageDataset, binary_cross_entropy, fit_vae, load_fashion_mnist
from solutions.lesson_01_fashion_mnist import scale_images, split_dataset
from solutions.lesson_03_variational_autoencoder import (
    build_vae_decoder,
    build_vae_encoder,
    kl_divergence,
    vae_train_step,
)

ROOT = Path(__file__).resolve().parents[1]

CODINGS_SIZE = 10
VALIDATION_SIZE = 5_000
DRAWS = 5  # evaluations of the validation images, each with fresh codings, that are averaged
RESULTS = ROOT / "benchmarks" / "results" / "reference_vae.json"

# Mean over the seeds, in nats per image.
MOST_VALIDATION_LOSS = 244.0
ACTIVE_VARIANCE = 0.01  # Burda et al. (2016): a coding is active if its mean varies by more


def measure(data: ImageDataset, seed: int, epochs: int) -> dict[str, float]:
    """Train once and return both terms on the validation images, in nats per image."""
    (train_images, _), (validation_images, _) = split_dataset(
        scale_images(data.train_images), data.train_labels, VALIDATION_SIZE
    )
    keras.utils.set_random_seed(seed)
    encoder, decoder = build_vae_encoder(CODINGS_SIZE), build_vae_decoder(CODINGS_SIZE)
    start = time.perf_counter()
    history = fit_vae(
        encoder, decoder, vae_train_step, kl_divergence, train_images, validation_images, epochs
    )
    seconds = time.perf_counter() - start

    reconstructions = []
    for _ in range(DRAWS):
        mean, log_var, codings = encoder.predict(validation_images, batch_size=1000, verbose=0)
        decoded = decoder.predict(codings, batch_size=1000, verbose=0)
        reconstructions.append(784 * binary_cross_entropy(validation_images, decoded))
    reconstruction = float(np.mean(reconstructions))
    kl = float(np.mean(kl_divergence(tf.constant(mean), tf.constant(log_var))))
    loss = reconstruction + kl
    return {
        "seconds": seconds,
        "validation_loss": loss,
        "validation_reconstruction": reconstruction,
        "validation_kl": kl,
        "kl_share": kl / loss,
        "reconstruction_share": reconstruction / loss,
        "validation_loss_per_pixel": loss / 784,
        "train_loss": history["loss"][-1],
        "validation_loss_after_10_epochs": history["val_loss"][min(10, epochs) - 1],
        "active_codings": float(np.sum(mean.var(axis=0) > ACTIVE_VARIANCE)),
    }


@click.command()
@click.option("--seeds", default=3, show_default=True, help="How many trainings.")
@click.option("--epochs", default=25, show_default=True, help="Epochs of each training.")
def main(seeds: int, epochs: int) -> None:
    """Measure the reference variational autoencoder."""
    data = load_fashion_mnist()
    if data.is_toy:
        raise click.ClickException("The target is for Fashion-MNIST; set FASHION_MNIST_DIR.")
    measured_commit = commit()
    rows = {}
    for seed in range(seeds):
        click.echo(f"Seed {seed} ({seed + 1} of {seeds})")
        rows[str(seed)] = measure(data, seed, epochs)

    summary = summarise(rows)
    click.echo(f"\n{'':34}{'mean':>10}{'stddev':>10}{'min':>10}{'max':>10}")
    for name, values in summary.items():
        click.echo(f"{name:34}" + "".join(f"{value:10.4f}" for value in values.values()))
    mean_loss = summary["validation_loss"]["mean"]
    missed = mean_loss > MOST_VALIDATION_LOSS
    report: dict[str, Any] = {
        "command": f"python -m benchmarks.reference_vae --seeds {seeds} --epochs {epochs}",
        "commit": measured_commit,
        "data": f"{data.name}; the last {VALIDATION_SIZE} training images validate",
        "codings_size": CODINGS_SIZE,
        "unit": "nats per image, one draw of the codings for each image, "
        f"averaged over {DRAWS} evaluations",
        "versions": {name: version(name) for name in ("keras", "numpy")}
        | {"python": platform.python_version(), "tensorflow": tf.__version__},
        "target": {"mean_validation_loss_at_most": MOST_VALIDATION_LOSS, "missed": missed},
        "summary": summary,
        "seeds": rows,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    click.echo(f"\nWritten: {RESULTS.relative_to(ROOT)}")
    if missed:
        click.echo(f"MISSED: the mean validation loss {mean_loss:.2f} is too high", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
