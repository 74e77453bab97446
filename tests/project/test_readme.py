"""The README: its numbers are the measured ones, its files exist, its commands are real."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from autograder import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULT = json.loads((ROOT / "benchmarks/results/reference_dae.json").read_text(encoding="utf-8"))

METHODS = {
    "nothing": "nothing",
    "blur": "a 3 × 3 blur",
    "pca_30": "PCA with 30 components",
    "dae": "the denoising autoencoder",
}


def _measured(name: str, digits: int) -> str:
    """Mean and, where the seeds differ in the digits shown, standard deviation."""
    column = RESULT["summary"][name]
    spread = f"{column['stddev']:.{digits}f}"
    return f"{column['mean']:.{digits}f}" + (f" ± {spread}" if float(spread) else "")


def test_its_table_is_the_measured_one() -> None:
    assert len(RESULT["seeds"]) == 5 and RESULT["missed_targets"] == []
    for method, words in METHODS.items():
        columns = [
            _measured(f"{method}_psnr_clip_{clipped}", 2)
            for clipped in ("nothing", "output", "input")
        ]
        assert f"| {words} | {' | '.join(columns)} |" in README


def test_its_sentences_hold_the_measured_numbers() -> None:
    text = " ".join(README.split())
    assert f"validation BCE {_measured('validation_bce', 4)}" in text
    assert f"{_measured('gain_over_nothing', 2)} dB above doing nothing" in text
    assert f"{_measured('gain_over_pca_30', 2)} dB above PCA" in text


def test_the_variational_numbers_are_the_measured_ones() -> None:
    vae = json.loads((ROOT / "benchmarks/results/reference_vae.json").read_text(encoding="utf-8"))
    assert not vae["target"]["missed"] and len(vae["seeds"]) == 3
    text = " ".join(README.split())
    for name in ("validation_loss", "validation_reconstruction", "validation_kl"):
        column = vae["summary"][name]
        assert f"{column['mean']:.2f} ± {column['stddev']:.2f}" in text


def test_the_gan_numbers_are_the_measured_ones() -> None:
    gan = json.loads((ROOT / "benchmarks/results/reference_dcgan.json").read_text(encoding="utf-8"))
    summary, seeds = gan["summary"], gan["seeds"]
    assert all(seed["classes_reached"] == 10 for seed in seeds.values())
    text = " ".join(README.split())
    (budget,) = re.findall(r"GAN of lesson 4 on the laptop budget \((.*?)\) (.*?): ", text)
    seconds = f"{summary['processor_seconds']['mean']:.0f}"
    assert budget == (
        f"{gan['budget']['epochs']} epochs on {gan['budget']['images']:,} images, "
        f"{seconds} processor-seconds",
        f"over {len(seeds)} seeds" if len(seeds) > 1 else "with one seed (42)",
    )
    for words, name in (("Fashion-FID", "fashion_fid"), ("diversity", "diversity")):
        column = summary[name]
        spread = f" ± {column['stddev']:.2f}" if len(seeds) > 1 else ""
        assert f" {words} {column['mean']:.2f}{spread}" in text
    for words, name in (
        ("training images", "training images"),
        ("a variational autoencoder", "variational autoencoder"),
        ("noise", "uniform noise"),
    ):
        assert f"{words} {gan['calibration'][name]['fashion_fid']:.2f}" in text


def test_the_files_it_names_exist() -> None:
    named = re.findall(r"\]\(([^)]+)\)", README)
    named += re.findall(r"`((?:course|solutions|autograder|benchmarks)/[^`]*)`", README)
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).exists()] == []
    small = [path.stat().st_size < 150_000 for path in (ROOT / "course/pictures").glob("*.png")]
    assert small and all(small)


def test_the_commands_it_names_are_real() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    makes = re.findall(r"^make ([a-z]+)|`make ([a-z]+)", README, flags=re.MULTILINE)
    assert {name for pair in makes for name in pair if name} <= targets
    called = set(re.findall(r"autograder ([a-z]+(?:-[a-z]+)*)", README))
    commands: dict[str, click.Command] = cli.main.commands
    assert {"lab", "new-class", "doctor"} <= called <= set(commands)
