"""The catalogue: every exercise of the course, its points and what it costs a learner."""

from __future__ import annotations

from dataclasses import dataclass

DEMONSTRATION = "demonstration"
"""The tag of a cell that shows what answers are good for; grading does not run it."""


@dataclass(frozen=True)
class Exercise:
    """One blank of a lesson.

    `id` is the name that the student writes and the word that `check` takes. `points` is the
    maximum in the catalogue; a class may weigh exercises otherwise. `minutes` is the time an
    average learner needs, `difficulty` runs from 1 (a line) to 3 (a page of thought).
    """

    id: str
    lesson: str
    points: int
    minutes: int
    difficulty: int


@dataclass(frozen=True)
class Question:
    """The manually graded question that closes a lesson."""

    id: str
    lesson: str
    points: int


LESSONS: tuple[str, ...] = (
    "01_fashion_mnist",
    "02_denoising_autoencoder",
    "03_variational_autoencoder",
    "04_dcgan",
)

EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise
    for exercise in (
        Exercise("scale_images", "01_fashion_mnist", points=1, minutes=3, difficulty=1),
        Exercise("split_dataset", "01_fashion_mnist", points=1, minutes=5, difficulty=1),
        Exercise("build_dae_encoder", "02_denoising_autoencoder", 4, minutes=10, difficulty=2),
        Exercise("build_dae_decoder", "02_denoising_autoencoder", 3, minutes=5, difficulty=1),
        Exercise("build_dae", "02_denoising_autoencoder", 3, minutes=8, difficulty=2),
        Exercise("train_dae", "02_denoising_autoencoder", 4, minutes=8, difficulty=2),
        Exercise("peak_signal_to_noise_ratio", "02_denoising_autoencoder", 2, 6, difficulty=1),
        Exercise("denoising_gain", "02_denoising_autoencoder", 4, minutes=12, difficulty=3),
        Exercise("Sampling", "03_variational_autoencoder", 6, minutes=10, difficulty=2),
        Exercise("kl_divergence", "03_variational_autoencoder", 6, minutes=8, difficulty=2),
        Exercise("build_vae_encoder", "03_variational_autoencoder", 4, minutes=10, difficulty=2),
        Exercise("build_vae_decoder", "03_variational_autoencoder", 2, minutes=4, difficulty=1),
        Exercise("vae_loss", "03_variational_autoencoder", 4, minutes=10, difficulty=2),
        Exercise("vae_train_step", "03_variational_autoencoder", 6, minutes=15, difficulty=3),
        Exercise("generate_images", "03_variational_autoencoder", 2, minutes=4, difficulty=1),
        Exercise("interpolate_codings", "03_variational_autoencoder", 1, 3, difficulty=1),
        Exercise("rescale_images", "04_dcgan", points=1, minutes=3, difficulty=1),
        Exercise("images_for_display", "04_dcgan", points=1, minutes=3, difficulty=1),
        Exercise("build_generator", "04_dcgan", points=4, minutes=10, difficulty=2),
        Exercise("build_discriminator", "04_dcgan", points=4, minutes=8, difficulty=2),
        Exercise("discriminator_loss", "04_dcgan", points=3, minutes=8, difficulty=2),
        Exercise("generator_loss", "04_dcgan", points=3, minutes=5, difficulty=2),
        Exercise("discriminator_step", "04_dcgan", points=6, minutes=12, difficulty=3),
        Exercise("generator_step", "04_dcgan", points=6, minutes=8, difficulty=3),
        Exercise("train_gan", "04_dcgan", points=8, minutes=20, difficulty=3),
    )
}

QUESTIONS: dict[str, Question] = {
    question.id: question
    for question in (
        Question("question_01", "01_fashion_mnist", points=4),
        Question("question_02", "02_denoising_autoencoder", points=4),
        Question("question_03", "03_variational_autoencoder", points=4),
        Question("question_04", "04_dcgan", points=4),
    )
}


def exercises_of(lesson: str) -> tuple[Exercise, ...]:
    """The exercises of one lesson, in the order in which it asks them."""
    return tuple(exercise for exercise in EXERCISES.values() if exercise.lesson == lesson)


def check_id(exercise_id: str) -> str:
    """Return the grade_id and cell id of an exercise's check cell."""
    return f"check-{exercise_id}"
