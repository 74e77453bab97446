"""Where in its lesson a learner should look, by exercise and by mistake.

Sections are named by their numbers, which are the same in every language.
"""

from __future__ import annotations

from autograder.texts import section_title
from autograder.verdict import Verdict

SECTIONS = {
    "scale_images": "1.4",
    "split_dataset": "1.5",
    "build_dae_encoder": "2.5",
    "build_dae_decoder": "2.7",
    "build_dae": "2.9",
    "train_dae": "2.10",
    "peak_signal_to_noise_ratio": "2.12",
    "denoising_gain": "2.13",
    "Sampling": "3.3",
    "kl_divergence": "3.4",
    "build_vae_encoder": "3.7",
    "build_vae_decoder": "3.7",
    "vae_loss": "3.9",
    "vae_train_step": "3.10",
    "generate_images": "3.14",
    "interpolate_codings": "3.15",
    "rescale_images": "4.4",
    "images_for_display": "4.4",
    "build_generator": "4.5",
    "build_discriminator": "4.6",
    "discriminator_loss": "4.7",
    "generator_loss": "4.7",
    "discriminator_step": "4.11",
    "generator_step": "4.11",
    "train_gan": "4.12",
}
"""The section that asks for the exercise."""

_NOISE_ON, _LOSS_UNITS, _DECIBEL, _CLIPPING = "2.6", "2.8", "2.12", "2.16"
_PRIOR, _REPARAMETERIZATION, _DIVERGENCE, _TWO_TERMS = "3.2", "3.3", "3.4", "3.5"
_CROSS_ENTROPY, _BRIDGE, _TAPE = "3.8", "3.9", "3.10"
_TANH, _SATURATING, _POINT_693, _WHO_MOVES = "4.4", "4.8", "4.9", "4.11"

SECTIONS_OF_MISTAKES: dict[str, dict[str, str]] = {
    "build_dae_encoder": {"noise_always_on": _NOISE_ON, "noise_clipped": _CLIPPING},
    "build_dae_decoder": dict.fromkeys(
        ("softmax_output", "relu_output", "linear_output", "tanh_output"), _LOSS_UNITS
    ),
    "build_dae": dict.fromkeys(("mse_loss", "loss_summed", "from_logits"), _LOSS_UNITS),
    "train_dae": dict.fromkeys(("noisy_inputs", "target_not_clean"), _NOISE_ON),
    "denoising_gain": {
        "training_mode": _NOISE_ON,
        "noise_clipped": _CLIPPING,
        **dict.fromkeys(
            ("mean_of_per_image", "natural_log", "no_logarithm", "twenty_log10_of_mse"), _DECIBEL
        ),
    },
    "build_vae_encoder": dict.fromkeys(
        ("z_without_noise", "variance_for_stddev", "noise_shared_by_rows", "noise_repeats"),
        _REPARAMETERIZATION,
    ),
    "build_vae_decoder": dict.fromkeys(
        ("softmax_output", "relu_output", "linear_output", "tanh_output"), _CROSS_ENTROPY
    ),
    "vae_loss": {
        "mse_for_bce": _CROSS_ENTROPY,
        "from_logits": _CROSS_ENTROPY,
        "kl_omitted": _TWO_TERMS,
        **dict.fromkeys(("half_missing", "kl_averaged", "log_stddev_for_log_var"), _DIVERGENCE),
    },
    "vae_train_step": {
        "decodes_mean": _REPARAMETERIZATION,
        "detached": _REPARAMETERIZATION,
        "kl_omitted": _TWO_TERMS,
        **dict.fromkeys(
            ("mean_bce_with_full_kl", "sum_bce_with_scaled_kl", "per_pixel", "summed_over_batch"),
            _BRIDGE,
        ),
    },
    "generate_images": dict.fromkeys(("uniform_codings", "off_the_prior"), _PRIOR),
    "build_generator": dict.fromkeys(("sigmoid_output", "linear_output"), _TANH),
    "discriminator_loss": {"summed_loss": _POINT_693},
    "generator_loss": dict.fromkeys(("saturating_loss", "minimises_fake_label"), _SATURATING),
    "discriminator_step": {"summed_loss": _POINT_693, "numpy_inside": _TAPE},
    "generator_step": dict.fromkeys(("saturating_loss", "minimises_fake_label"), _SATURATING),
    "train_gan": {
        "wrong_range": _TANH,
        **dict.fromkeys(
            ("frozen_discriminator", "updates_discriminator_too", "updates_generator_too"),
            _WHO_MOVES,
        ),
    },
}
"""Sections that explain a mistake better than the one that asks for the exercise."""


def where_to_look(verdict: Verdict) -> tuple[str, ...]:
    """Titles of the sections that help with what was not met, the most telling first."""
    if verdict.passed:
        return ()
    of_mistakes = SECTIONS_OF_MISTAKES.get(verdict.exercise_id, {})
    numbers = [of_mistakes[name] for name in verdict.misconceptions if name in of_mistakes]
    numbers.append(SECTIONS[verdict.exercise_id])
    return tuple(section_title(number) for number in dict.fromkeys(numbers))
