"""train_gan: every batch of every epoch, fresh codings, the discriminator first, then a history."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from autograder.judges.noise import gaussian_fault
from autograder.judges.numbers import unusable
from autograder.judges.sheet import Sheet, a
from autograder.judges.train_dae import match_rows
from autograder.kernel.challenge import Challenge
from autograder.language import Messages, _

HISTORY, BATCHES, CODINGS = (
    "A history, one number an epoch",
    "Every batch of every epoch",
    "Codings",
)
ORDER, MODE = "Discriminator, then generator", "Training mode"
MOVES, CALLBACK = "Both networks learn", "on_epoch_end"
CRITERIA = {
    HISTORY: 0.15,
    BATCHES: 0.2,
    CODINGS: 0.15,
    ORDER: 0.1,
    MODE: 0.05,
    MOVES: 0.2,
    CALLBACK: 0.15,
}

CALL = (
    "train_gan(generator, discriminator, dataset, {epochs}, codings_size={size}, "
    "on_epoch_end=on_epoch_end)"
)
DEFAULT_CALL = "train_gan(generator, discriminator, dataset, 1)"
KEYS = ("discriminator_loss", "generator_loss")

MESSAGES = Messages() | {
    "dictionary": 'a dictionary with "discriminator_loss" and "generator_loss"',
    "not_dictionary": "Expected {expected}, got {came}.",
    "missing_keys": 'Expected the keys "discriminator_loss" and "generator_loss", got {came}.',
    "history_length": "Expected one number for each of {epochs} epochs under {key}, got {came}.",
    "not_finite": "Expected finite numbers under {key}, got {what}.",
    "history_networks": "The two lists have changed places: the discriminator tells these images "
    "apart well, and its loss is the smaller one.",
    "history_values": "Expected the mean of the steps' losses, or the last one, under {key}; "
    "they lie between {low:.3f} and {high:.3f}, and {came:.3f} does not.",
    "one_loss_twice": "Both lists hold the same numbers; each network has a loss of its own.",
    "batches": "Expected each of the {count} images {epochs} times, once an epoch; they came "
    "between {low} and {high} times.",
    "drops_last_batch": "The last batch of the data set, the smaller one, is left out.",
    "dataset_once": "The data are used up after one pass: an iterator runs once, a data set can be "
    "looped over again.",
    "epochs_ignored": "The argument `epochs` has no effect.",
    "first_batch_only": "Only the first batch of each epoch is used.",
    "extra_passes": "Every batch is used several times an epoch.",
    "no_real_images": "Expected the discriminator to be called with images of the data set; it "
    "never was.",
    "no_codings": "Expected the generator to be called with codings; it never was.",
    "wrong_range": "The images were brought to [0, 1] on their way to the discriminator, and the "
    "generator's stay in [−1, 1]: they can be told apart by that alone.",
    "codings_shared": "Expected a coding of its own for every image; here some share one.",
    "same_noise_in_graph": "Expected fresh codings for every batch; inside a tf.function NumPy "
    "draws once, while the graph is built. Use tf.random.normal.",
    "same_noise": "Expected fresh codings for every batch; the same ones come again.",
    "fixed_batch_size": "Expected as many codings as the batch has images; here {came} came for a "
    "batch of {count}.",
    "uniform_codings": "Expected codings from N(0, I); these are uniform.",
    "codings_not_normal": "Expected independent codings from N(0, I); these are not.",
    "generator_first": "Expected the discriminator's step before the generator's; here the "
    "generator moves first.",
    "uneven_steps": "Expected one step of the generator for each batch: {batches} batches came, "
    "and the generator moved {came} times.",
    "steps_apart": "Expected a step of the discriminator, then one of the generator, for each "
    "batch; here the generator moves several times in a row.",
    "several_discriminator_steps": "Expected one step of the discriminator for each batch; it "
    "makes several.",
    "simultaneous": "Both networks are updated at the same time, from gradients taken before: "
    "accepted. The lesson takes the discriminator's step first.",
    "inference_mode": "Expected {network} to be called with training=True in its step.",
    "frozen_discriminator": "The discriminator never changes: its weights after training are those "
    "before. If you set `discriminator.trainable = False` once and alternate train_on_batch, Keras "
    "3 reads that flag when a training function first runs, and the discriminator stays frozen "
    "for ever.",
    "frozen_generator": "The generator never changes: its weights after training are those before.",
    "updates_discriminator_too": "The discriminator moves together with the generator, after its "
    "own step: the generator's step must leave it alone.",
    "updates_generator_too": "The generator moves together with the discriminator, before its own "
    "step: the discriminator's step must leave it alone.",
    "swapped_labels": "The discriminator learns to take real images for fakes: labels or arguments "
    "have changed places.",
    "minimises_fake_label": "The generator learns to make images that are called fake.",
    "weights_restored": "After the training both networks have the weights they had before it.",
    "one_optimizer": "One optimizer serves both networks; each needs one of its own.",
    "codings_size_ignored": "The argument codings_size has no effect: the generator takes codings "
    "of size {size}.",
    "no_on_epoch_end": "Expected `on_epoch_end(epoch, generator)` after each epoch; it was never "
    "called.",
    "on_epoch_end_once": "Expected `on_epoch_end` after each of {epochs} epochs; it was called "
    "once.",
    "on_epoch_end": "Expected `on_epoch_end` once after each of {epochs} epochs; it was called "
    "{came} times.",
    "epoch_numbers": "Expected the epochs 0, 1, 2, …; got {came}.",
    "callback_arguments": "Expected `on_epoch_end(epoch, generator)`, with the generator itself.",
    "callback_early": "Expected `on_epoch_end` after the epoch's batches; it came before all of "
    "them were used.",
    "generator": "the generator",
    "discriminator": "the discriminator",
}

HISTORY_SLACK = 6e-3
"""Room for numbers that are rounded to two decimals."""


def draw(rng: np.random.Generator) -> Challenge:
    """21 bright images in batches of 8, 8 and 5, for three epochs."""
    images = rng.uniform(0.2, 1, (21, 28, 28, 1)).astype(np.float32)
    facts = {"batch_size": 8, "epochs": 3, "codings_size": 9, "seed": int(rng.integers(2**31))}
    return Challenge({"images": images}, facts)


@dataclass(frozen=True)
class Call:
    """One call of a network, and what changed between it and the next one (or the end)."""

    is_discriminator: bool
    training: bool
    rows: slice
    """Of the codings or of the images on tape."""
    generator_moves: bool
    discriminator_moves: bool
    generator_brightens: float
    """The sign of the change of the generator's biases."""
    discriminator_prefers_bright: float
    """The sign of the change of the discriminator's weights."""


def read_calls(table: np.ndarray, last: np.ndarray) -> list[Call]:
    """The calls in order. `last` is the state of both networks after all of them."""
    states = np.concatenate([table[:, 3:], last[None]])
    starts = {0: 0, 1: 0}
    calls = []
    for index, (network, training, count) in enumerate(table[:, :3]):
        start = starts[int(network)]
        starts[int(network)] = start + int(count)
        generator_moves, discriminator_moves = states[index + 1, :2] != states[index, :2]
        up = np.sign(states[index + 1, 2:] - states[index, 2:])
        rows = slice(start, start + int(count))
        calls.append(
            Call(
                bool(network),
                bool(training),
                rows,
                bool(generator_moves),
                bool(discriminator_moves),
                *map(float, up),
            )
        )
    return calls


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """What was returned; which images and codings came; who moved when; the callback."""
    facts, arrays = challenge.facts, sheet.evidence.arrays
    call = CALL.format(epochs=facts["epochs"], size=facts["codings_size"])
    if not _came(sheet, challenge, call):
        return
    images = challenge.arrays["images"].reshape(-1, 784)
    calls = read_calls(arrays["calls"], arrays["states"][1])
    which = match_rows(arrays["images"], images)
    _judge_history(sheet, challenge, call, calls, which)
    passes = _judge_batches(sheet, challenge, calls, which)
    _judge_moves(sheet, calls, arrays["states"])
    if passes is None:
        return
    segments = _segments(calls)
    _judge_codings(sheet, segments, which)
    if sheet.passed(MOVES):
        _judge_order(sheet, calls, which, passes)
        _judge_mode(sheet, segments, which)
    _judge_callback(sheet, challenge, calls, which, passes)


def _came(sheet: Sheet, challenge: Challenge, call: str) -> bool:
    """Whether the training returned; if not, why, with the likely cause."""
    fact = sheet.evidence.facts.get("history", {})
    message = fact.get("message", "") if fact.get("kind") == "raised" else ""
    if "Unknown variable" in message:
        sheet.fail(HISTORY, MESSAGES["one_optimizer"], "one_optimizer")
        return False
    size = challenge.facts["codings_size"]
    if "100" in message and str(size) in message and "shape" in message:
        text = MESSAGES["codings_size_ignored"].format(size=size)
        sheet.fail(HISTORY, text, "codings_size_ignored")
        return False
    return sheet.came(HISTORY, "history", call)


def _judge_history(
    sheet: Sheet, challenge: Challenge, call: str, calls: list[Call], which: np.ndarray
) -> None:
    facts, epochs = sheet.evidence.facts, challenge.facts["epochs"]
    if not facts["is_mapping"]:
        if facts["history"]["type"] == "NoneType":
            sheet.array(HISTORY, "history", call, MESSAGES["dictionary"])
            return
        came = a(facts["history"]["type"])
        message = MESSAGES["not_dictionary"].format(expected=MESSAGES["dictionary"], came=came)
        sheet.fail(HISTORY, message)
        return
    if any(key not in facts["keys"] for key in KEYS):
        came = ", ".join(f'"{key}"' for key in facts["keys"]) or _("none")
        sheet.fail(HISTORY, MESSAGES["missing_keys"].format(came=came), "missing_keys")
        return
    losses = {}
    for key in KEYS:
        numbers = sheet.array(HISTORY, f"history/{key}", f'{call}["{key}"]', "a list of numbers")
        if numbers is None:
            return
        if numbers.size != epochs:
            message = MESSAGES["history_length"].format(
                epochs=epochs, key=f'"{key}"', came=numbers.size
            )
            follows = numbers.size == _epochs_run(calls, which, len(challenge.arrays["images"]))
            sheet.fail(HISTORY, message, None if follows else "history_length")
            return
        what = unusable(numbers)
        if what is not None:
            sheet.fail(HISTORY, MESSAGES["not_finite"].format(key=f'"{key}"', what=what))
            return
        losses[key] = numbers.astype(np.float64).ravel()
    of_discriminator, of_generator = (losses[key] for key in KEYS)
    if np.array_equal(of_discriminator, of_generator):
        sheet.fail(HISTORY, MESSAGES["one_loss_twice"], "history_networks")
        return
    swapped = _tells_apart(sheet, which) and bool(np.all(of_discriminator > of_generator))
    if sheet.decide(HISTORY, not swapped, MESSAGES["history_networks"], "history_networks"):
        _judge_history_values(sheet, challenge, losses)


def _judge_history_values(
    sheet: Sheet, challenge: Challenge, losses: dict[str, np.ndarray]
) -> None:
    """Means, running means and last values all lie among the losses that the steps returned.

    Those are known where the answer calls the step of the exercise before, once a batch.
    """
    batches = -(-len(challenge.arrays["images"]) // challenge.facts["batch_size"])
    for key, numbers in losses.items():
        returned = sheet.evidence.arrays[f"losses/{key}"].astype(np.float64)
        if len(returned) != batches * challenge.facts["epochs"]:
            continue
        low, high = float(returned.min()), float(returned.max())
        outside = numbers[(numbers < low - HISTORY_SLACK) | (numbers > high + HISTORY_SLACK)]
        if outside.size:
            message = MESSAGES["history_values"].format(
                key=f'"{key}"', low=low, high=high, came=outside[0]
            )
            sheet.fail(HISTORY, message, "history_values")
            return


def _epochs_run(calls: list[Call], which: np.ndarray, count: int) -> int | None:
    """How many epochs there were, if each image came equally often; a history may follow them."""
    rows = [which[call.rows] for call in _real_calls(calls, which)]
    if not rows:
        return None
    seen = np.concatenate(rows)
    times = np.bincount(seen[seen >= 0], minlength=count)
    return int(times[0]) if times.min() == times.max() else None


def _tells_apart(sheet: Sheet, which: np.ndarray) -> bool:
    """Whether the discriminator was right about all images to the end, so that its loss is small.

    Of answers above 0.65 for real images and below 0.35 for fakes, any usual loss of the
    discriminator is smaller than that of the generator.
    """
    answers = sheet.evidence.arrays["answers"][:, 0]
    real, fake = answers[: len(which)][which >= 0], answers[: len(which)][which < 0]
    return bool(real.size and fake.size and real.min() > 0.65 and fake.max() < 0.35)


def _real_calls(calls: list[Call], which: np.ndarray) -> list[Call]:
    """Calls of the discriminator with images of the data set, in training mode if any is."""
    found = [call for call in calls if call.is_discriminator and np.any(which[call.rows] >= 0)]
    return [call for call in found if call.training] or found


def _judge_batches(
    sheet: Sheet, challenge: Challenge, calls: list[Call], which: np.ndarray
) -> int | None:
    """How often each image is shown in one step; None if none ever was."""
    facts = challenge.facts
    epochs, size = facts["epochs"], facts["batch_size"]
    count = len(challenge.arrays["images"])
    shown = [which[call.rows] for call in _real_calls(calls, which)]
    if not shown:
        halved = (challenge.arrays["images"].reshape(-1, 784) + 1) / 2
        rescaled = bool(np.any(match_rows(sheet.evidence.arrays["images"], halved) >= 0))
        key = "wrong_range" if rescaled else "no_real_images"
        sheet.fail(BATCHES, MESSAGES[key], key)
        return None
    rows = np.concatenate(shown)
    times = np.bincount(rows[rows >= 0], minlength=count)
    steps = sum(call.generator_moves for call in calls)
    batches = -(-count // size)
    low, high = int(times.min()), int(times.max())
    passes = low // epochs if low == high and low % epochs == 0 else 0
    # An image may be shown twice in one step; then there are no more steps than batches.
    if passes == 1 or (passes > 1 and steps <= batches * epochs):
        sheet.ok(BATCHES)
        return passes
    message = MESSAGES["batches"].format(count=count, epochs=epochs, low=low, high=high)
    mistake = None
    last = count - count % size
    if passes > 1:
        mistake = "extra_passes"
    elif low == 0 and np.all(times[:last] == times[0]) and not times[last:].any():
        mistake = "drops_last_batch"
    elif low == 0 and np.all(times[:size] == times[0]) and not times[size:].any():
        mistake = "first_batch_only"
    elif low == high and low < epochs:
        ends = len(sheet.evidence.facts["epoch_ends"])
        numbers = sheet.evidence.arrays.get(f"history/{KEYS[0]}", np.zeros(0)).size
        mistake = "dataset_once" if epochs in (ends, numbers) else "epochs_ignored"
    sheet.fail(BATCHES, message if not mistake else f"{message} {MESSAGES[mistake]}", mistake)
    return max(passes, 1)


def _segments(calls: list[Call]) -> list[list[Call]]:
    """The calls of each batch: up to the one after which the generator moves."""
    segments: list[list[Call]] = [[]]
    for call in calls:
        segments[-1].append(call)
        if call.generator_moves:
            segments.append([])
    return [segment for segment in segments if segment]


def _judge_codings(sheet: Sheet, segments: list[list[Call]], which: np.ndarray) -> None:
    codings = sheet.evidence.arrays["codings"]
    if not len(codings):
        sheet.fail(CODINGS, MESSAGES["no_codings"], "no_codings")
        return
    seen: set[bytes] = set()
    counts = []
    for segment in segments:
        rows = [
            [row.tobytes() for row in codings[call.rows]]
            for call in segment
            if not call.is_discriminator
        ]
        if not rows:
            continue
        if any(len(set(of_call)) < len(of_call) for of_call in rows):
            sheet.fail(CODINGS, MESSAGES["codings_shared"], "codings_shared")
            return
        fresh = set(itertools.chain(*rows))
        if fresh & seen:
            sheet.fail(CODINGS, MESSAGES["same_noise"], "same_noise")
            return
        seen |= fresh
        shown = [int(np.sum(which[call.rows] >= 0)) for call in segment if call.is_discriminator]
        counts.append((max(shown, default=0), max(len(of_call) for of_call in rows)))
    if _repeats_in_graph(sheet):
        sheet.fail(CODINGS, MESSAGES["same_noise_in_graph"], "same_noise")
        return
    small, large = min(counts), max(counts)
    if 0 < small[0] < large[0] and small[1] == large[1]:
        message = MESSAGES["fixed_batch_size"].format(came=small[1], count=small[0])
        sheet.fail(CODINGS, message, "fixed_batch_size")
        return
    _judge_distribution(sheet, np.unique(codings, axis=0))


def _repeats_in_graph(sheet: Sheet) -> bool:
    """Whether, run as a graph, the training gave the generator the same codings in each batch.

    A batch may show the same codings twice, in its two steps; it has two of them.
    """
    rows = sheet.evidence.arrays.get("graph/codings", np.zeros((0, 1)))
    return len(rows) >= 12 and len(np.unique(rows, axis=0)) <= 4


def _judge_distribution(sheet: Sheet, codings: np.ndarray) -> None:
    # Sorted rows would be correlated in their first column.
    order = np.random.default_rng(0).permutation(len(codings))
    fault = gaussian_fault(codings[order][None].astype(np.float64), 1.0)
    if fault is None:
        sheet.ok(CODINGS)
        return
    mistake = "uniform_codings" if fault[0] == "uniform_noise" else "codings_not_normal"
    sheet.fail(CODINGS, MESSAGES[mistake], mistake)


def _judge_moves(sheet: Sheet, calls: list[Call], states: np.ndarray) -> None:
    """Whether both networks move, and neither in the other's step.

    A step that moves both, next to a step that moves one alone, is a step that moves too much;
    steps that always move both are made at the same time.
    """
    moves = [(c.generator_moves, c.discriminator_moves) for c in calls]
    moves = [pair for pair in moves if any(pair)]
    both, generator, discriminator = (
        moves.count(pair) for pair in ((True, True), (True, False), (False, True))
    )
    mistake = None
    if not both and not discriminator:
        mistake = "frozen_discriminator"
    if not both and not generator:
        mistake = "frozen_generator" if mistake is None else "frozen_both"
    if both and discriminator and not generator:
        mistake = "updates_discriminator_too"
    if both and generator and not discriminator:
        mistake = "updates_generator_too"
    if mistake == "frozen_both":
        message = f"{MESSAGES['frozen_discriminator']} {MESSAGES['frozen_generator']}"
        sheet.fail(MOVES, message, "no_update")
    elif mistake is not None:
        sheet.fail(MOVES, MESSAGES[mistake], mistake)
    elif np.array_equal(states[0, :2], states[1, :2]):
        sheet.fail(MOVES, MESSAGES["weights_restored"], "no_update")
    else:
        _judge_directions(sheet, calls)


def _judge_directions(sheet: Sheet, calls: list[Call]) -> None:
    """The real images are bright and the fakes dark: both networks should learn to like bright.

    Of the first step of each alone; later ones depend on what the other has learnt.
    """
    first = next(call for call in calls if call.discriminator_moves)
    second = next(call for call in calls if call.generator_moves)
    if first.discriminator_prefers_bright < 0:
        sheet.fail(MOVES, MESSAGES["swapped_labels"], "swapped_labels")
    elif second.generator_brightens < 0:
        sheet.fail(MOVES, MESSAGES["minimises_fake_label"], "minimises_fake_label")
    else:
        sheet.ok(MOVES)


def _judge_order(sheet: Sheet, calls: list[Call], which: np.ndarray, passes: int) -> None:
    movers = [c for c in calls if c.generator_moves or c.discriminator_moves]
    if not movers[0].discriminator_moves:
        sheet.fail(ORDER, MESSAGES["generator_first"], "generator_first")
        return
    if not _alternate(movers):
        sheet.fail(ORDER, MESSAGES["steps_apart"], "steps_apart")
        return
    if passes > 1 and _steps_on_real(calls, which) > 1:
        sheet.fail(ORDER, MESSAGES["several_discriminator_steps"], "several_discriminator_steps")
        return
    steps = sum(call.generator_moves for call in movers)
    batches = len(_real_calls(calls, which)) // passes
    if sheet.passed(BATCHES) and steps != batches:
        message = MESSAGES["uneven_steps"].format(batches=batches, came=steps)
        sheet.fail(ORDER, message, "uneven_steps")
        return
    at_once = all(c.generator_moves and c.discriminator_moves for c in movers)
    sheet.ok(ORDER, MESSAGES["simultaneous"] if at_once else "")


def _alternate(movers: list[Call]) -> bool:
    """Whether the discriminator moves before every move of the generator."""
    ready = False
    for call in movers:
        ready = ready or call.discriminator_moves
        if call.generator_moves and not ready:
            return False
        ready = ready and not call.generator_moves
    return True


def _steps_on_real(calls: list[Call], which: np.ndarray) -> int:
    """How often the discriminator moves on real images before the generator does, at the most."""
    most = steps = 0
    shown = False
    for call in calls:
        shown = shown or (call.is_discriminator and bool(np.any(which[call.rows] >= 0)))
        if call.discriminator_moves and shown:
            steps, shown = steps + 1, False
        most = max(most, steps)
        if call.generator_moves:
            steps, shown = 0, False
    return most


def _judge_mode(sheet: Sheet, segments: list[list[Call]], which: np.ndarray) -> None:
    """Each network in its own step; in the other's its mode is free."""
    steps = [segment for segment in segments if segment[-1].generator_moves]
    generator = all(
        any(call.training for call in segment if not call.is_discriminator) for segment in steps
    )
    calls = [call for segment in segments for call in segment]
    discriminator = all(call.training for call in _real_calls(calls, which))
    network = MESSAGES["discriminator" if generator else "generator"]
    sheet.decide(
        MODE,
        generator and discriminator,
        MESSAGES["inference_mode"].format(network=network),
        "inference_mode",
    )


def _judge_callback(
    sheet: Sheet, challenge: Challenge, calls: list[Call], which: np.ndarray, passes: int
) -> None:
    epochs = challenge.facts["epochs"]
    ends = sheet.evidence.facts["epoch_ends"]
    if len(ends) != epochs:
        known = {0: "no_on_epoch_end", 1: "on_epoch_end_once"}
        mistake = known.get(len(ends), "on_epoch_end")
        message = MESSAGES[mistake].format(epochs=epochs, came=len(ends))
        follows = len(ends) == _epochs_run(calls, which, len(challenge.arrays["images"]))
        sheet.fail(CALLBACK, message, None if follows else mistake)
        return
    if not all(right for _, right, _ in ends):
        sheet.fail(CALLBACK, MESSAGES["callback_arguments"], "callback_arguments")
        return
    numbers = [epoch for epoch, _, _ in ends]
    if numbers != list(range(epochs)):
        came = ", ".join(f"{number:g}" for number in numbers)
        sheet.fail(CALLBACK, MESSAGES["epoch_numbers"].format(came=came), "epoch_numbers")
        return
    if sheet.passed(BATCHES):
        real = _real_calls(calls, which)
        shown = {id(call): int(np.sum(which[call.rows] >= 0)) for call in real}
        for epoch, _, so_far in ends:
            seen = sum(shown.get(id(call), 0) for call in calls[: int(so_far)])
            if seen != (epoch + 1) * passes * len(challenge.arrays["images"]):
                sheet.fail(CALLBACK, MESSAGES["callback_early"], "callback_early")
                return
    if sheet.came(CALLBACK, "defaults", DEFAULT_CALL):
        sheet.ok(CALLBACK)
