"""Is it the Gaussian noise that was asked for? One reading for layers and for functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judges.numbers import (
    correlation,
    correlation_bound,
    distance_bound,
    distance_from_normal,
    distance_from_uniform,
    mean_bound,
    stddev_bounds,
)
from autograder.language import Messages

MESSAGES = Messages() | {
    "no_noise": "Expected noise of standard deviation {stddev:g}, got none.",
    "dropout_for_noise": "Expected noise on every pixel, black ones too, got none on the black "
    "pixels: this scales or drops pixels, it does not add to them.",
    "noise_clipped": "Expected noisy pixels to leave [0, 1] now and then, but none does: the noise "
    "is clipped, which darkens white and brightens black.",
    "noise_level_ignored": "Expected noise of standard deviation {stddev:g}, the argument, got "
    "{came:.3f} whatever the argument says.",
    "variance_for_stddev": "Expected noise of standard deviation {stddev:g}, got {came:.3f}, its "
    "square: the argument is a standard deviation, not a variance.",
    "wrong_noise_level": "Expected noise of standard deviation {stddev:g}, got {came:.3f}.",
    "noise_not_centred": "Expected noise with mean 0, got {mean:+.3f}.",
    "uniform_noise": "Expected noise from a normal distribution; this is uniform.",
    "noise_not_normal": "Expected noise from a normal distribution; its spread is right, its "
    "shape is not.",
    "noise_repeats": "Expected fresh noise at every call, got the same again: is the seed fixed, "
    "or the noise drawn once only?",
    "noise_alike": "Expected fresh noise at every call; what comes at two calls differs, but is "
    "not independent.",
    "noise_shared": "Expected noise drawn for each pixel of each image, but {what} share it.",
}

_NONE = 1e-3
"""Noise below this is no noise: far below any level asked for, far above rounding."""


def noise_fault(
    noise: np.ndarray, clean: np.ndarray, stddev: float, usual_stddev: float | None = None
) -> tuple[str, str] | None:
    """What is wrong with noise added to pixels: misconception and message; None if nothing is.

    `noise` has shape (calls, rows, pixels), and `clean` is the pixels it was added to, of shape
    (rows, pixels). The noise should be N(0, stddev²), independent over calls, rows and pixels.
    `usual_stddev` is a default that may have been taken in place of `stddev`. A right answer is
    rejected with a probability below 1e-7 (at most seven tests, each below FALSE_REJECT), given
    at least 300 draws.
    """
    found = _fault_on_pixels(noise, clean) or gaussian_fault(noise, stddev)
    if found is None:
        return None
    key, values = found
    if key == "wrong_noise_level":
        came = values["came"]
        if usual_stddev is not None and _is_level(came, usual_stddev, noise.size):
            key = "noise_level_ignored"
        elif _is_level(came, stddev**2, noise.size):
            key = "variance_for_stddev"
    return key, MESSAGES[key].format(stddev=stddev, **values)


def _fault_on_pixels(noise: np.ndarray, clean: np.ndarray) -> tuple[str, dict[str, Any]] | None:
    if np.all(np.abs(noise) < _NONE):
        return "no_noise", {}
    black = np.broadcast_to(clean < 1e-3, noise.shape)
    if black.any() and np.all(np.abs(noise[black]) < _NONE):
        return "dropout_for_noise", {}
    noisy = noise + clean
    if noisy.min() > -_NONE and noisy.max() < 1 + _NONE:
        return "noise_clipped", {}
    return None


def gaussian_fault(draws: np.ndarray, stddev: float) -> tuple[str, dict[str, Any]] | None:
    """What keeps draws (calls, rows, columns) from being independent N(0, stddev²).

    Gives a key of MESSAGES and its numbers; None if nothing is wrong. At most six tests, each
    rejecting what is right with a probability below FALSE_REJECT, given at least 300 draws.
    """
    shared = _fault_of_sharing(draws - draws.mean())
    if shared is not None:
        return shared
    # Hardly wider than a uniform distribution of this spread. Of normal draws 7 % lie outside:
    # that none of 300 does has a probability of 1e-9.
    narrow = np.ptp(draws) < 1.05 * np.sqrt(12) * draws.std()
    if narrow and distance_from_uniform(draws) <= distance_bound(draws.size):
        return "uniform_noise", {}
    came = float(np.sqrt(np.mean(draws**2)))
    if not _is_level(came, stddev, draws.size):
        return "wrong_noise_level", {"came": came}
    if abs(draws.mean()) > mean_bound(stddev, draws.size):
        return "noise_not_centred", {"mean": float(draws.mean())}
    if narrow or distance_from_normal(draws, stddev) > distance_bound(draws.size):
        return "noise_not_normal", {}
    return None


def _is_level(came: float, stddev: float, count: int) -> bool:
    low, high = stddev_bounds(stddev, count)
    return low <= came <= high


def _fault_of_sharing(noise: np.ndarray) -> tuple[str, dict[str, Any]] | None:
    pairs = {
        "images": (noise[:, :-1], noise[:, 1:]),
        "pixels": (noise[:, :, :-1], noise[:, :, 1:]),
        "calls": (noise[:-1], noise[1:]),
    }
    # Where one of them shares, the draws are fewer than they seem, and the others may look so too.
    strongest = {
        what: round(abs(correlation(*pair)), 4) for what, pair in pairs.items() if pair[0].size
    }
    what = max(strongest, key=lambda key: strongest[key])
    if strongest[what] <= correlation_bound(pairs[what][0].size):
        return None
    if what != "calls":
        return "noise_shared", {"what": what}
    repeats = bool(np.any(np.all(noise[:-1] == noise[1:], axis=(1, 2))))
    return ("noise_repeats" if repeats else "noise_alike"), {}
