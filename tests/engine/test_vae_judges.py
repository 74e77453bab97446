"""Judges of lesson 03 on NumPy evidence: random draws, and routes that must not look alike."""

import itertools

import numpy as np
import pytest

from autograder.judges import draw_challenge, kl_divergence, vae_train_step
from autograder.judges import interpolate_codings as interpolation
from autograder.judges.numbers import apart
from autograder.judges.Sampling import distribution_fault

SEEDS = range(30)


def test_a_thousand_right_samplings_are_accepted():
    for seed in range(1000):
        arrays = draw_challenge("Sampling", seed).arrays
        mean, log_var = arrays["mean"].astype(float), arrays["log_var"].astype(float)
        noise = np.random.default_rng(seed).normal(size=(2, *mean.shape))
        assert distribution_fault(mean + np.exp(log_var / 2) * noise, mean, log_var) is None, seed


def draws(rng, mean):
    return rng.normal(size=(2, *mean.shape))


WRONG = {
    "variance_for_stddev": lambda rng, m, v: m + np.exp(v) * draws(rng, m),
    "log_var_for_stddev": lambda rng, m, v: m + v * draws(rng, m),
    "inverse_stddev": lambda rng, m, v: m + np.exp(-v / 2) * draws(rng, m),
    "unit_stddev": lambda rng, m, v: m + draws(rng, m),
    "arguments_swapped": lambda rng, m, v: v + np.exp(m / 2) * draws(rng, m),
    "mean_missing": lambda rng, m, v: np.exp(v / 2) * draws(rng, m),
    "no_noise": lambda rng, m, v: np.stack([m, m]),
    "constant_for_noise": lambda rng, m, v: np.stack([m + np.exp(v / 2)] * 2),
    "noise_shared_by_rows": lambda rng, m, v: (
        m + np.exp(v / 2) * rng.normal(size=(2, 1, m.shape[1]))
    ),
    "noise_shared_by_dimensions": lambda rng, m, v: (
        m + np.exp(v / 2) * rng.normal(size=(2, len(m), 1))
    ),
    "noise_repeats": lambda rng, m, v: np.stack([m + np.exp(v / 2) * rng.normal(size=m.shape)] * 2),
    "uniform_noise": lambda rng, m, v: (
        m + np.exp(v / 2) * rng.uniform(-(3**0.5), 3**0.5, (2, *m.shape))
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_sampling_is_named(mistake):
    for seed in SEEDS:
        arrays = draw_challenge("Sampling", seed).arrays
        mean, log_var = arrays["mean"].astype(float), arrays["log_var"].astype(float)
        codings = WRONG[mistake](np.random.default_rng(seed), mean, log_var)
        fault = distribution_fault(codings, mean, log_var)
        assert fault is not None
        assert fault[0] == mistake, seed


def test_an_odd_spread_is_rejected_without_a_guess():
    arrays = draw_challenge("Sampling", 1).arrays
    mean, log_var = arrays["mean"].astype(float), arrays["log_var"].astype(float)
    rng = np.random.default_rng(0)
    fault = distribution_fault(mean + 1.1 * np.exp(log_var / 2) * draws(rng, mean), mean, log_var)
    assert fault is not None
    assert fault[0] is None


def test_divergences():
    """The vector of the course: ten codings, mean .5, log_var −1."""
    mean, log_var = np.full((1, 10), 0.5), np.full((1, 10), -1.0)
    assert kl_divergence.divergence(mean, log_var)[0] == pytest.approx(3.0894, abs=5e-5)
    known = {
        "averaged_over_codings": 0.3089,
        "wrong_sign": -3.0894,
        "half_missing": 6.1788,
        "log_stddev_for_log_var": 6.9267,
        "stddev_for_variance": 4.2827,
        "one_missing": 8.0894,
        "mean_squared_missing": 1.8394,
    }
    results = kl_divergence.mistakes(mean, log_var)
    for name, value in known.items():
        assert results[name][0] == pytest.approx(value, abs=5e-5), name


def test_divergences_lie_apart():
    for seed in SEEDS:
        arrays = draw_challenge("kl_divergence", seed).arrays
        pair = arrays["usual/mean"], arrays["usual/log_var"]
        results = {"right": kl_divergence.divergence(*pair)} | kl_divergence.mistakes(*pair)
        assert apart({name: value[0] for name, value in results.items()}), seed


def test_walks_lie_apart():
    for seed in SEEDS:
        challenge = draw_challenge("interpolate_codings", seed)
        start, end = (challenge.arrays[f"usual/{which}"] for which in ("start", "end"))
        results = {"right": np.linspace(start, end, 7)} | interpolation.mistakes(start, end, 7)
        assert apart(results, share=0.02), seed


def numerical_gradient(route, challenge, weights, name, place, step=1e-4):
    values = []
    for sign in (-1, 1):
        moved = {key: value.astype(float).copy() for key, value in weights.items()}
        moved[name][place] += sign * step
        values.append(vae_train_step.follow(route, challenge, moved).loss)
    return (values[1] - values[0]) / (2 * step)


@pytest.mark.parametrize(
    ("own_reconstruction", "own_kl", "decodes_mean"), [*itertools.product((True, False), repeat=3)]
)
def test_gradients_in_closed_form_are_those_of_the_loss(own_reconstruction, own_kl, decodes_mean):
    challenge = draw_challenge("vae_train_step", 3)
    weights = {name: challenge.arrays[name] for name in vae_train_step._WEIGHTS}
    route = vae_train_step.Route(
        decoder_trains=False,
        own_reconstruction=own_reconstruction,
        own_kl=own_kl,
        decodes_mean=decodes_mean,
    )
    gradients = vae_train_step.follow(route, challenge, weights).gradients
    for name in weights:
        place = tuple(length // 2 for length in weights[name].shape)
        expected = numerical_gradient(route, challenge, weights, name, place)
        assert gradients[name][place] == pytest.approx(expected, rel=1e-4, abs=1e-6), name


def test_routes_of_a_step_lie_apart():
    """No wrong route gives the loss of a right one, within ten times the rounding."""
    routes = vae_train_step.routes({"kl_divergence": 1, "vae_loss": 1}, 6)
    right = [route for route in routes if route.mistake is None]
    for seed in range(8):
        challenge = draw_challenge("vae_train_step", seed)
        loss = {
            route: vae_train_step.follow(route, challenge, challenge.arrays).loss
            for route in routes
        }
        for one, other in itertools.product(right, set(routes) - set(right)):
            assert loss[one] != pytest.approx(loss[other], rel=2e-3), (seed, one, other)
