"""A probe has each step of a training traced once: a second tracing takes as long again."""

from typing import Any

import keras

from autograder.judges import PUBLIC_SEED, draw_challenge, judge
from autograder.kernel.gather import gather


class CountingAutoencoder(keras.Sequential):
    """Notes which of its steps are run by Python, as they are when they are traced."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.traced = {"train": 0, "test": 0}

    def train_step(self, data: Any) -> Any:
        self.traced["train"] += 1
        return super().train_step(data)

    def test_step(self, data: Any) -> Any:
        self.traced["test"] += 1
        return super().test_step(data)


def test_the_steps_of_a_compiled_model_are_traced_once():
    made = []

    def answer(encoder, decoder):
        dae = CountingAutoencoder([encoder, decoder])
        dae.compile(loss="binary_crossentropy", optimizer="nadam", metrics=["mse"])
        made.append(dae)
        return dae

    challenge = draw_challenge("build_dae", PUBLIC_SEED)
    assert judge("build_dae", challenge, gather("build_dae", answer, challenge)).passed
    assert made[0].traced == {"train": 1, "test": 1}
