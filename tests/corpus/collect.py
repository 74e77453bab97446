"""All answers, from one module an exercise."""

from __future__ import annotations

from . import (  # noqa: F401  (importing a module enters its answers)
    Sampling,
    build_dae,
    build_dae_decoder,
    build_dae_encoder,
    build_vae_decoder,
    build_vae_encoder,
    denoising_gain,
    generate_images,
    interpolate_codings,
    kl_divergence,
    peak_signal_to_noise_ratio,
    scale_images,
    split_dataset,
    train_dae,
    vae_loss,
    vae_train_step,
)
from .answers import ANSWERS, Answer, Group


def answers_of(group: Group) -> list[Answer]:
    """The answers of one group, in the order in which they were entered."""
    return [answer for answer in ANSWERS if answer.group == group]
