"""Train the reference denoising autoencoder over several seeds and measure its denoising.

    python -m benchmarks.reference_dae

The solutions of lessons 01 and 02 on the whole training set (the last 5,000 images validate),
judged on the 10,000 test images with Gaussian noise. Prints a table, writes
results/reference_dae.json, and exits with 1 if any seed misses a target. Run it from the
checkout's top folder, on an idle machine.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import click
import keras
import numpy as np

from benchmarks.record import ROOT, commit
from course import ImageDataset, binomial_blur, fit_pca, load_fashion_mnist, pca_reconstruct
from solutions.lesson_01_fashion_mnist import scale_images, split_dataset
from solutions.lesson_02_denoising_autoencoder import (
    build_dae,
    build_dae_decoder,
    build_dae_encoder,
    peak_signal_to_noise_ratio,
    train_dae,
)

NOISE_STDDEV = 0.2
VALIDATION_SIZE = 5_000
RESULTS = ROOT / "benchmarks" / "results" / "reference_dae.json"

# What the reference must reach, with every seed. PSNRs are unclipped.
MOST_VALIDATION_BCE = 0.2850
LEAST_GAIN_OVER_NOTHING = 3.0
LEAST_GAIN_OVER_PCA = 0.5

Restorer = Callable[[np.ndarray], np.ndarray]


def measure(data: ImageDataset, seed: int, epochs: int) -> dict[str, float]:
    """Train once and return the losses, the seconds and every PSNR in dB, one flat row.

    "nothing": nothing is clipped. "output": restored images are clipped to [0, 1]. "input": the
    noisy images are clipped before they are restored, and the restored ones too.
    """
    (train_images, _), (validation_images, _) = split_dataset(
        scale_images(data.train_images), data.train_labels, VALIDATION_SIZE
    )
    clean = scale_images(data.test_images)
    keras.utils.set_random_seed(seed)
    dae = build_dae(build_dae_encoder(NOISE_STDDEV), build_dae_decoder())
    start = time.perf_counter()
    history = train_dae(dae, train_images, validation_images, epochs).history
    row = {
        "seconds": time.perf_counter() - start,
        "validation_bce": history["val_loss"][-1],
        "validation_mse": history["val_mse"][-1],
    }

    noise = np.random.default_rng(seed).normal(0, NOISE_STDDEV, clean.shape)
    noisy = (clean + noise).astype(np.float32)
    pca = fit_pca(train_images)
    restorers: dict[str, Restorer] = {
        "nothing": lambda images: images,
        "blur": binomial_blur,
        "pca_30": lambda images: pca_reconstruct(pca, images, 30),
        "dae": lambda images: dae.predict(images, batch_size=500, verbose=0),
    }
    for name, restore in restorers.items():
        restored = restore(noisy)
        row |= {
            f"{name}_psnr_clip_nothing": peak_signal_to_noise_ratio(clean, restored),
            f"{name}_psnr_clip_output": peak_signal_to_noise_ratio(clean, restored.clip(0, 1)),
            f"{name}_psnr_clip_input": peak_signal_to_noise_ratio(
                clean, restore(noisy.clip(0, 1)).clip(0, 1)
            ),
        }
    row["gain_over_nothing"] = row["dae_psnr_clip_nothing"] - row["nothing_psnr_clip_nothing"]
    row["gain_over_pca_30"] = row["dae_psnr_clip_nothing"] - row["pca_30_psnr_clip_nothing"]
    return row


def missed_targets(rows: dict[str, dict[str, float]]) -> list[str]:
    """Return one sentence for each target that a seed missed."""
    missed = []
    for seed, row in rows.items():
        if row["validation_bce"] > MOST_VALIDATION_BCE:
            missed.append(f"seed {seed}: validation BCE {row['validation_bce']:.4f} is too high")
        if row["gain_over_nothing"] < LEAST_GAIN_OVER_NOTHING:
            missed.append(f"seed {seed}: only {row['gain_over_nothing']:.2f} dB over doing nothing")
        if row["gain_over_pca_30"] < LEAST_GAIN_OVER_PCA:
            missed.append(f"seed {seed}: only {row['gain_over_pca_30']:.2f} dB over PCA 30")
    return missed


def summarise(rows: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return mean, standard deviation (of single runs), least and greatest of each column."""
    columns = {name: [row[name] for row in rows.values()] for name in next(iter(rows.values()))}
    return {
        name: {
            "mean": float(np.mean(values)),
            "stddev": float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
            "min": min(values),
            "max": max(values),
        }
        for name, values in columns.items()
    }


@click.command()
@click.option("--seeds", default=5, show_default=True, help="How many trainings.")
@click.option("--epochs", default=10, show_default=True, help="Epochs of each training.")
def main(seeds: int, epochs: int) -> None:
    """Measure the reference denoising autoencoder."""
    data = load_fashion_mnist()
    if data.is_toy:
        raise click.ClickException("The targets are for Fashion-MNIST; set FASHION_MNIST_DIR.")
    measured_commit = commit()
    rows = {}
    for seed in range(seeds):
        click.echo(f"Seed {seed} ({seed + 1} of {seeds})")
        rows[str(seed)] = measure(data, seed, epochs)

    summary = summarise(rows)
    click.echo(f"\n{'':26}{'mean':>10}{'stddev':>10}{'min':>10}{'max':>10}")
    for name, values in summary.items():
        click.echo(f"{name:26}" + "".join(f"{value:10.4f}" for value in values.values()))
    missed = missed_targets(rows)
    report: dict[str, Any] = {
        "command": f"python -m benchmarks.reference_dae --seeds {seeds} --epochs {epochs}",
        "commit": measured_commit,
        "data": f"{data.name}; the last {VALIDATION_SIZE} training images validate",
        "noise_stddev": NOISE_STDDEV,
        "versions": {name: version(name) for name in ("keras", "numpy")}
        | {"python": platform.python_version(), "tensorflow": _tensorflow_version()},
        "targets": {
            "validation_bce_at_most": MOST_VALIDATION_BCE,
            "gain_over_nothing_at_least": LEAST_GAIN_OVER_NOTHING,
            "gain_over_pca_30_at_least": LEAST_GAIN_OVER_PCA,
        },
        "missed_targets": missed,
        "summary": summary,
        "seeds": rows,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    click.echo(f"\nWritten: {RESULTS.relative_to(ROOT)}")
    for sentence in missed:
        click.echo(f"MISSED: {sentence}", err=True)
    if missed:
        sys.exit(1)


def _tensorflow_version() -> str:
    import tensorflow as tf

    return tf.__version__


if __name__ == "__main__":
    main()
