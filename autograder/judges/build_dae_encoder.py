"""build_dae_encoder: Flatten, Gaussian noise in training, Dense 100 selu, Dense 30 selu."""

from __future__ import annotations

import numpy as np

from autograder.judges.networks import Chain, dense_chain, recognise_activations
from autograder.judges.noise import MESSAGES as NOISE_MESSAGES
from autograder.judges.noise import noise_fault
from autograder.judges.numbers import close
from autograder.judges.sheet import Sheet, a, shape_text
from autograder.kernel.challenge import Challenge
from autograder.language import Messages, _

SHAPE, LAYERS, ACTIVATIONS = "A model from images to 30 codings", "Dense layers", "Activations"
NOISE, INFERENCE, DEFAULT = "Noise in training", "No noise at inference", "Default noise_stddev"
CRITERIA = {SHAPE: 0.1, LAYERS: 0.1, ACTIVATIONS: 0.3, NOISE: 0.3, INFERENCE: 0.1, DEFAULT: 0.1}

CALL = "build_dae_encoder(noise_stddev={stddev:g})"
DEFAULT_CALL = "build_dae_encoder()"
SIZES = (100, 30)
USUAL_STDDEV = 0.2

MESSAGES = Messages() | {
    "model": "Expected `{call}` to return a Keras model, got {came}.",
    "class_model": "Expected `{call}` to return a model; got a model class: make an instance of "
    "it.",
    "shape": "Expected codings of shape {expected} for {count} images, got {came}.",
    "layers": "Expected dense layers of {expected} units, each with a bias, and nothing else that "
    "learns; got {came}.",
    "sizes": "dense layers of {sizes} units",
    "no_dense": "no dense layer that takes the pixels",
    "no_bias": ", one without its bias",
    "other_weights": ", and {count} other trainable arrays (a normalisation, say)",
    "moving": ", and moving statistics (a normalisation)",
    "activations": "Expected selu after both dense layers; got {first} after the first and "
    "{second} after the second.",
    "unknown_activations": "Expected the codings to be selu(selu(x·W₁ + b₁)·W₂ + b₂); with known "
    "weights they are something else. Is there another layer, another activation, or another "
    "order of the pixels?",
    "unreadable": "The pixels cannot be read through this network, so neither can their noise.",
    "noise_after_layer": "Expected noise on the pixels alone; here it also enters behind a dense "
    "layer, where no pixel is corrupted.",
    "extra_layer": "Expected no randomness but the noise on the pixels; a layer behind the first "
    "dense layer is random too (Dropout, say).",
    "frozen_in_graph": "Expected fresh noise at every call; inside `fit` it would be the same in "
    "every step, because it is drawn while the graph is built (NumPy's generator does that).",
    "always_on": "Expected the same codings from `model(images)`, `model(images, training=False)` "
    "and `model.predict(images)`, without noise; they differ. GaussianNoise knows by itself when "
    "it is training: leave its `training` argument alone.",
    "batch": "Expected the codings of an image to be the same alone as in a batch.",
    "default": "Called without an argument, the noise should have standard deviation 0.2. {fault}",
}


def draw(rng: np.random.Generator) -> Challenge:
    """Images with black, white and grey pixels; a level of noise; constant images as a ladder."""
    kinds = rng.integers(0, 3, (60, 28, 28))
    greys = rng.uniform(0.05, 0.95, kinds.shape)
    images = np.choose(kinds, [np.zeros_like(greys), np.ones_like(greys), greys])
    rungs = np.linspace(-2.5, 3.5, 241)
    ladder = np.broadcast_to(rungs[:, None, None], (241, 28, 28))
    # Levels at which neither the default nor the square of the level is near the level.
    stddev = round(float(rng.uniform(0.3, 0.4)), 3)
    return Challenge(
        {"images": images.astype(np.float32), "ladder": ladder.astype(np.float32)},
        {"noise_stddev": stddev, "selections": 2, "seed": int(rng.integers(2**31))},
    )


def judge(sheet: Sheet, challenge: Challenge) -> None:
    """Shape, dense layers and activations under known weights; then the noise."""
    call = CALL.format(stddev=challenge.facts["noise_stddev"])
    if not is_model(sheet, SHAPE, "model", call):
        return
    codings = sheet.array(SHAPE, "first", "encoder(images)", "codings")
    if codings is None:
        return
    images = challenge.arrays["images"]
    expected = (len(images), SIZES[1])
    sheet.decide(
        SHAPE,
        codings.shape == expected,
        MESSAGES["shape"].format(
            expected=shape_text(expected), count=len(images), came=shape_text(codings.shape)
        ),
    )
    if codings.ndim != 2:
        return
    shapes = sheet.evidence.facts["model/trainable_shapes"]
    chain = dense_chain(shapes, 784, codings.shape[1])
    judge_layers(sheet, LAYERS, chain, SIZES)
    _judge_inference_and_activations(sheet, challenge, chain)
    # Through layers of another kind, or fewer hidden units than codings, no pixel can be read.
    extra = chain.left_over or sheet.evidence.facts["model/other_shapes"]
    if extra or not chain.sizes or min(chain.sizes) < chain.sizes[-1]:
        return
    _judge_noise(sheet, challenge, chain)
    if sheet.passed(NOISE):
        # That inference is quiet is a merit only of a model that is noisy in training.
        if not sheet.decided(INFERENCE):
            sheet.ok(INFERENCE)
        _judge_default(sheet, challenge)


def is_model(sheet: Sheet, criterion: str, name: str, call: str) -> bool:
    """Whether the builder returned a Keras model; if not, the criterion says what came."""
    if not sheet.came(criterion, name, call):
        return False
    fact = sheet.evidence.facts[name]
    if fact["is_model"]:
        return True
    if fact["type"] == "NoneType":
        sheet.array(criterion, name, call, "a Keras model")
    else:
        key = "class_model" if fact["type"] == "type" else "model"
        sheet.fail(criterion, MESSAGES[key].format(call=call, came=a(fact["type"])))
    return False


def judge_layers(
    sheet: Sheet,
    criterion: str,
    chain: Chain,
    sizes: tuple[int, ...],
    may_have_slopes: bool = False,
) -> None:
    """Whether the trainable weights are those of plain dense layers of the asked sizes.

    Where any non-linearity may be chosen, PReLU may bring the weights of its slopes.
    """
    others = sheet.evidence.facts["model/other_shapes"]
    slopes = sheet.evidence.facts["model/layers"].count("PReLU") if may_have_slopes else 0
    plain = chain.is_plain or (chain.has_biases and chain.left_over == slopes)
    if plain and chain.sizes == sizes and not others:
        sheet.ok(criterion)
        return
    came = MESSAGES["no_dense"]
    if chain.sizes:
        came = MESSAGES["sizes"].format(sizes=_(", then ").join(map(str, chain.sizes)))
    if any(bias is None for _, bias in chain.layers):
        came += MESSAGES["no_bias"]
    if chain.left_over:
        came += MESSAGES["other_weights"].format(count=chain.left_over)
    if others:
        came += MESSAGES["moving"]
    mistake = None
    if chain.left_over or others or len(chain.sizes) > len(sizes):
        mistake = "extra_layer"
    elif len(chain.sizes) < len(sizes):
        mistake = "missing_layer"
    elif chain.sizes != sizes:
        mistake = "wrong_sizes"
    expected = _(", then ").join(map(str, sizes))
    sheet.fail(criterion, MESSAGES["layers"].format(expected=expected, came=came), mistake)


def _judge_inference_and_activations(sheet: Sheet, challenge: Challenge, chain: Chain) -> None:
    outputs = {}
    for way in ("predict", "call", "training_false"):
        result = sheet.array(ACTIVATIONS, f"inference/{way}", "encoder(images)", "codings")
        if result is None:
            return
        outputs[way] = result
    one = sheet.array(ACTIVATIONS, "one_image", "encoder(one_image)", "codings")
    if one is None:
        return
    quiet = outputs["predict"]
    agree = all(close(other, quiet, 1e-4, 1e-4) for other in outputs.values())
    if not agree:
        sheet.fail(INFERENCE, MESSAGES["always_on"], "noise_always_on")
    if agree and not close(one, quiet[:1], 1e-4, 1e-4):
        sheet.fail(ACTIVATIONS, MESSAGES["batch"])
        return
    if len(chain.layers) != 2 or chain.left_over:
        return
    images = challenge.arrays["images"]
    weights = recorded_weights(sheet)
    came = recognise_activations(quiet, images, weights, chain, ("selu", "selu"))
    if came == ("selu", "selu"):
        sheet.ok(ACTIVATIONS)
    elif came is not None:
        message = MESSAGES["activations"].format(first=came[0], second=came[1])
        sheet.fail(ACTIVATIONS, message, "wrong_activation")
    elif agree:
        sheet.fail(ACTIVATIONS, MESSAGES["unknown_activations"])


def recorded_weights(sheet: Sheet) -> list[np.ndarray]:
    """The weights that the probe gave the model, in the order of the trainable weights."""
    count = len(sheet.evidence.facts["model/trainable_shapes"])
    return [sheet.evidence.arrays[f"weights/{index}"] for index in range(count)]


def _judge_noise(sheet: Sheet, challenge: Challenge, chain: Chain) -> None:
    if not sheet.came(NOISE, "constant_1/noisy", "encoder(images, training=True)"):
        return
    readings = []
    for selection in range(challenge.facts["selections"]):
        reading = _read_pixels(sheet, challenge, f"selection_{selection}", calls=2)
        if reading is None:
            _fail_unreadable(sheet, challenge, f"selection_{selection}")
            return
        readings.append(reading)
    clean = np.concatenate([clean for clean, _ in readings], axis=1)
    noise = np.concatenate([noisy - clean for clean, noisy in readings], axis=2)
    in_graph = [sheet.evidence.arrays[f"graph/{call}"] for call in range(2)]
    if close(in_graph[0], in_graph[1], 1e-4, 1e-4) and not np.allclose(
        noise[0], noise[1], atol=1e-3
    ):
        sheet.fail(NOISE, MESSAGES["frozen_in_graph"], "noise_repeats")
        return
    if _noise_behind_a_layer(sheet, chain):
        layers = " ".join(sheet.evidence.facts["model/layers"])
        key = "extra_layer" if "Dropout" in layers else "noise_after_layer"
        sheet.fail(NOISE, MESSAGES[key], key)
        return
    fault = noise_fault(noise, clean, challenge.facts["noise_stddev"], USUAL_STDDEV)
    if fault is None:
        sheet.ok(NOISE)
    else:
        sheet.fail(NOISE, fault[1], fault[0])


def _fail_unreadable(sheet: Sheet, challenge: Challenge, name: str) -> None:
    """Say why no pixel can be read: what leaves [0, 1] is clipped, or the network hides it."""
    rungs = challenge.arrays["ladder"][:, 0, 0]
    ladder = sheet.evidence.arrays[f"{name}/quiet"][: len(rungs)].astype(np.float64)
    steps = np.diff(ladder, axis=0)
    inside = (rungs[:-1] > 0.01) & (rungs[1:] < 0.99)
    outside = (rungs[1:] < -0.01) | (rungs[:-1] > 1.01)
    if np.all(steps[inside] > 0) and np.all(np.abs(steps[outside]) < 1e-6):
        sheet.fail(NOISE, NOISE_MESSAGES["noise_clipped"], "noise_clipped")
    elif sheet.passed(ACTIVATIONS):
        sheet.fail(NOISE, MESSAGES["unreadable"])


def _noise_behind_a_layer(sheet: Sheet, chain: Chain) -> bool:
    arrays = sheet.evidence.arrays
    return any(
        not close(arrays[f"constant_{layer}/noisy"], arrays[f"constant_{layer}/quiet"], 1e-4, 1e-4)
        for layer in range(min(2, len(chain.layers)))  # whose weights were made zero
    )


def _read_pixels(
    sheet: Sheet, challenge: Challenge, name: str, calls: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """The pixels behind the outputs: clean (rows, units) and noisy (calls, rows, units).

    The ladder tells which output each grey gives; between its rungs, 0.025 apart, the outputs are
    nearly straight, and linear interpolation errs by less than 1e-4. None where a rung is not
    above the one before: then no pixel can be read.
    """
    arrays = sheet.evidence.arrays
    rungs = challenge.arrays["ladder"][:, 0, 0].astype(np.float64)
    ladder, quiet = np.split(arrays[f"{name}/quiet"].astype(np.float64), [len(rungs)])
    if not np.all(np.diff(ladder, axis=0) > 0):
        return None

    def read(outputs: np.ndarray) -> np.ndarray:
        columns = [np.interp(outputs[:, j], ladder[:, j], rungs) for j in range(ladder.shape[1])]
        return np.stack(columns, axis=1)

    noisy = [read(arrays[f"{name}/noisy/{call}"]) for call in range(calls)]
    return read(quiet), np.stack(noisy)


def _judge_default(sheet: Sheet, challenge: Challenge) -> None:
    if not is_model(sheet, DEFAULT, "default_model", DEFAULT_CALL):
        return
    if not sheet.came(DEFAULT, "default/noisy/0", "encoder(images, training=True)"):
        return
    reading = _read_pixels(sheet, challenge, "default", calls=1)
    if reading is None:
        sheet.fail(DEFAULT, MESSAGES["unreadable"])
        return
    clean, noisy = reading
    fault = noise_fault(noisy - clean, clean, USUAL_STDDEV)
    if fault is None:
        sheet.ok(DEFAULT)
    else:
        sheet.fail(DEFAULT, MESSAGES["default"].format(fault=fault[1]), fault[0])
