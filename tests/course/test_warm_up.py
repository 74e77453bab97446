"""The game in one dimension: what a snapshot holds, and what the lesson says about three games."""

import keras
import numpy as np
import pytest

from course.warm_up import EDGES, GRID, PEAKS, Snapshot, draw_games, play

CELL = EDGES[1] - EDGES[0]


@pytest.fixture(scope="module")
def game() -> list[Snapshot]:
    return play(epochs=3)


@pytest.fixture(scope="module")
def collapsed() -> list[Snapshot]:
    return play(start=-4, rounds=20, epochs=3, head_start=1000, generator_optimizer=sgd())


def sgd() -> keras.optimizers.Optimizer:
    return keras.optimizers.SGD(0.01)


def test_densities_and_probabilities(game):
    for number, snapshot in enumerate(game):
        assert snapshot.epoch == number
        assert np.sum(snapshot.real) * CELL == pytest.approx(1, abs=1e-6)
        assert np.sum(snapshot.generated) * CELL == pytest.approx(1, abs=1e-6)
        assert snapshot.real[np.argmin(np.abs(GRID - PEAKS[0]))] == pytest.approx(0.4, abs=0.01)
        for probabilities in (snapshot.discriminator, snapshot.best):
            assert probabilities.shape == GRID.shape
            assert probabilities.min() >= 0
            assert probabilities.max() <= 1


def test_nothing_beats_the_best_discriminator(game):
    for snapshot in game:
        assert snapshot.best_loss <= snapshot.discriminator_loss + 1e-9
        assert 0 <= snapshot.divergence <= np.log(2)
        assert snapshot.best_loss == pytest.approx(np.log(2) - snapshot.divergence)


def test_the_divergence_is_that_of_its_definition(game):
    real, generated = game[-1].real, game[-1].generated
    middle = (real + generated) / 2
    some = generated > 0
    to_middle = np.sum(real * np.log(real / middle)) * CELL
    from_middle = np.sum(generated[some] * np.log(generated[some] / middle[some])) * CELL
    assert game[-1].divergence == pytest.approx((to_middle + from_middle) / 2, abs=1e-9)


def test_the_generator_learns_and_the_discriminator_follows(game):
    assert game[0].divergence > 0.4
    assert game[-1].divergence < 0.1
    assert game[-1].discriminator_loss - game[-1].best_loss < 0.05


def test_repeats_from_its_seed(game):
    again = play(epochs=1)
    np.testing.assert_allclose(again[1].generated, game[1].generated, atol=0.05)


def test_saturating_gradient_vanishes_where_the_other_does_not(collapsed):
    vanished = play(
        start=-4, rounds=20, epochs=1, head_start=1000, saturating=True, generator_optimizer=sgd()
    )
    assert vanished[0].gradient < collapsed[0].gradient / 100
    assert vanished[1].divergence > 0.6
    assert collapsed[1].divergence < 0.4


def test_collapse_on_one_of_two_equal_peaks_has_the_divergence_of_theory(collapsed):
    # The mixture m is 3/4 of the peak there: KL(real|m) = ln(2/3)/2 + ln(2)/2, KL(fake|m) = ln(4/3)
    theory = (np.log(2 / 3) / 2 + np.log(2) / 2 + np.log(4 / 3)) / 2
    assert collapsed[-1].divergence == pytest.approx(theory, abs=0.02)


def test_a_panel_for_each_snapshot(game, collapsed):
    figure = draw_games({"one": game[:2], "another": collapsed[:3]})
    titles = [axes.get_title() for axes in figure.axes if axes.axison]
    assert titles == ["epoch 0", "epoch 1", "epoch 0", "epoch 1", "epoch 2"]
    assert [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()] == ["one", "another"]
