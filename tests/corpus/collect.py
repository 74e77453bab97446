"""All answers, from one module an exercise."""

from __future__ import annotations

from . import (  # noqa: F401  (importing a module enters its answers)
    Sampling,
    build_dae,
    build_dae_decoder,
    build_dae_encoder,
    build_discriminator,
    build_generator,
    build_vae_decoder,
    build_vae_encoder,
    denoising_gain,
    discriminator_loss,
    discriminator_step,
    generate_images,
    generator_loss,
    generator_step,
    images_for_display,
    interpolate_codings,
    kl_divergence,
    peak_signal_to_noise_ratio,
    rescale_images,
    scale_images,
    split_dataset,
    train_dae,
    train_gan,
    vae_loss,
    vae_train_step,
)
from .answers import ANSWERS, Answer, Group


def answers_of(group: Group) -> list[Answer]:
    """The answers of one group, in the order in which they were entered."""
    return [answer for answer in ANSWERS if answer.group == group]
