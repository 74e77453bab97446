"""On the challenges drawn, no two mistakes come near each other or near the right answer."""

import itertools

import numpy as np
import pytest

from autograder.judges import build_dae, denoising_gain, draw_challenge, scale_images
from autograder.judges import peak_signal_to_noise_ratio as psnr
from autograder.judges.numbers import apart

SEEDS = range(50)


def assert_apart(results, share=0.05):
    for (name, first), (other, second) in itertools.combinations(results.items(), 2):
        if name.split("/")[0] != other.split("/")[0]:
            assert apart({name: first, other: second}, share), (name, other)


def test_apart_knows_near_from_far():
    assert apart({"a": 1.0, "b": 1.06})
    assert not apart({"a": 1.0, "b": 1.04})
    assert apart({"a/1": 1.0, "a/2": 1.0})
    assert not apart({"a": np.array([1.0, 2.0]), "b": np.array([1.0, 2.05])})


def test_scaling():
    for seed in SEEDS:
        images = draw_challenge("scale_images", seed).arrays["dim"]
        assert_apart({"right": images / 255} | scale_images.mistakes(images), share=0.003)


def test_scaling_apart_from_a_division_by_256_stays_well_apart():
    """256 for 255 differs by 0.4 % whatever the images: two hundred times the tolerance."""
    images = draw_challenge("scale_images", 1).arrays["dim"]
    results = {"right": images / 255} | scale_images.mistakes(images)
    del results["divided_by_256"]
    assert_apart(results)


def test_peak_signal_to_noise_ratio():
    for seed in SEEDS:
        arrays = draw_challenge("peak_signal_to_noise_ratio", seed).arrays
        pair = arrays["batch/clean"], arrays["batch/restored"]
        assert_apart({"right": psnr.psnr(*pair)} | psnr.mistakes(*pair))


def test_losses_of_the_joined_model():
    for seed in SEEDS:
        challenge = draw_challenge("build_dae", seed)
        targets, outputs = challenge.arrays["targets"], build_dae.restored(challenge, "after")
        assert outputs.min() > 0.01
        assert outputs.max() < 0.99
        right = {"right": build_dae.cross_entropy(targets, outputs)}
        assert_apart(right | build_dae.loss_mistakes(targets, outputs))


@pytest.mark.parametrize("case", ["strong", "weak"])
def test_gains(case):
    for seed in SEEDS:
        challenge = draw_challenge("denoising_gain", seed)
        clean = challenge.arrays[f"{case}/images"].reshape(-1, 784).astype(float)
        stddev, steepness = challenge.facts["cases"][case], challenge.facts["steepness"]
        noisy = clean + np.random.default_rng(seed).normal(0, stddev, clean.shape)
        seen = denoising_gain.Seen(clean, (noisy,), steepness, False, len(clean))
        assert_apart(denoising_gain.mistakes(seen, noisy, psnr.psnr))
