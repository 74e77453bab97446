"""The mutants that pass their check, and why: exercise -> name of the mutant -> reason.

An exercise stands here if all its mutants were tried, even if none of them survived. Whatever is
not in the table is killed. The three kinds:

- free: the contract leaves the choice; the reason quotes it;
- equivalent: no input tells the mutant from the solution; the reason rests on no input tried;
- hole: the mutant is wrong and the check does not see it; the reason says what would show it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Survivor(NamedTuple):
    """Why a mutant is not killed."""

    kind: Literal["free", "equivalent", "hole"]
    reason: str


def free(reason: str) -> Survivor:
    return Survivor("free", reason)


def equivalent(reason: str) -> Survivor:
    return Survivor("equivalent", reason)


def hole(reason: str) -> Survivor:
    return Survivor("hole", reason)


NAME = free("The contract names neither models nor layers.")
NOT_BUILT = free("“A Keras model, not necessarily built or compiled”: the first call builds it.")
NOT_COMPILED = free("“A Keras model, not necessarily compiled”: the first call builds it.")
ANY_OPTIMIZER = free("“The optimizer is free.”")
ANY_BATCH = free("“in batches of any size”; Keras takes 0 for its own default, 32.")
SHOWN = free("The contract says what is returned, not what `fit` or `predict` prints meanwhile.")
ANY_ACTIVATION = free("“both with a non-linearity of your choice”.")
ANY_MODE_OF_GENERATOR = free("“in training mode, as usual, or not”.")
ANY_MODE_OF_DISCRIMINATOR = free("“let the discriminator judge them (in whichever mode)”.")
FILTERS_AND_KERNEL = free("“the number of its filters and the size of its kernel are yours”")
ANY_LAST_KERNEL = free("The contract names no kernel of the last layer, only its one filter.")
ANY_FILTERS_AND_KERNELS = free("“The numbers of filters and the sizes of the kernels are yours”.")
ANY_PADDING = free("“Two convolutions with stride 2”: the contract names no padding.")
ANY_DROPOUT = free("“at least one dropout layer, of any kind and at any place”.")
EACH_A_NON_LINEARITY = free("“each with a non-linearity (leaky ReLU is usual)”.")
MAY_FOLLOW = free("A non-linearity “follows the first or the second layer”: one is left.")
WHERE_IT_FOLLOWS = free("A non-linearity follows “before or after the batch normalization”.")
NORMALIZATION_IS_OPTIONAL = free("“batch normalization after this is optional”.")
NO_BIAS_NAMED = free("The contract names no bias of this layer.")
EACH_ITS_OPTIMIZER = free(
    "“Each network has an optimizer of its own, which this function makes (Adam with a learning "
    "rate of 0.0002 and `beta_1=0.5` is usual”: usual, not required."
)
BUILT_WHEN_APPLIED = free(
    "“Each network has an optimizer of its own, which this function makes”: Keras builds it when "
    "it is first applied, here in the first trace of `train_batch`."
)
MORE_SLOTS = equivalent(
    "The optimizer keeps slots for more variables than it is ever given gradients of; the others "
    "are updated as before."
)
ANY_NUMBER = free("“one number for each epoch”: NumPy's float is one.")
STRIDE_OF_THREE = hole(
    "The contract says “Two convolutions with stride 2”; the check lets any stride above 1 pass, "
    "since the convolutions are strided, which is what the lesson is about. The judge would have "
    "to compare the reach of a feature with that of stride 2 alone."
)
INFINITE_ANYWAY = free(
    "“infinity if the two arrays are equal”: -10 log10(0) is infinite without the special case; "
    "the contract does not forbid NumPy's warning."
)

ONE_GRADIENT_EACH = equivalent(
    "The tape gives a list as long as that of the variables, so `strict` has nothing to refuse."
)
SYMMETRIC_NOISE = equivalent("A normal draw of mean 0 and its negative have one distribution.")
SYMMETRIC_ERROR = equivalent("(a - b)² = (b - a)², in floating point too.")
SAME_SHAPE = equivalent("Both arguments have one shape and one dtype, and only these are read.")
ONLY_THE_SHAPE = equivalent("Only shape and dtype are read: no gradient passes here anyway.")
NO_VARIABLE_BEHIND = equivalent(
    "The codings depend on no variable, so no gradient that is asked for passes them."
)
ONE_ROW_LESS = equivalent(
    "With the solution's padding 27 rows, halved twice, are 7 as 28 are, so that all weights keep "
    "their shapes; and Keras lets a sequential model take 28 rows where 27 were announced."
)
OUTSIDE_THE_TAPE = equivalent("No tape records this line: no gradient passes here anyway.")

ONE_NUMBER_IN_A_LIST = hole(
    "The contract says “scalar”, the mutant gives shape (1,). Whether that is one is disputed: "
    "the number is right, and the check lets it pass; the judge would have to compare the shape."
)

SURVIVORS: dict[str, dict[str, Survivor]] = {
    "scale_images": {},
    "split_dataset": {},
    "build_dae_encoder": {
        'line 1: keras.Sequential without name="encoder"': NAME,
        "line 2: without keras.layers.Input((28, 28))": NOT_BUILT,
        "line 2: keras.layers.Flatten() <-> keras.layers.GaussianNoise(noise_stddev)": free(
            "“Noise before the flattening is the same thing.”"
        ),
    },
    "build_dae_decoder": {
        'line 1: keras.Sequential without name="decoder"': NAME,
        "line 2: without keras.layers.Input((30,))": NOT_BUILT,
    },
    "build_dae": {
        'line 1: keras.Sequential without name="dae"': NAME,
        "line 2: keras.optimizers.Nadam without learning_rate=0.002": ANY_OPTIMIZER,
        "line 2: keras.optimizers.Nadam -> .SGD": ANY_OPTIMIZER,
        "line 2: 0.002 -> 0.001": ANY_OPTIMIZER,
        "line 2: 0.002 -> 0.004": ANY_OPTIMIZER,
        "line 3: dae.compile without optimizer=optimizer": ANY_OPTIMIZER,
    },
    "train_dae": {
        "line 1: dae.fit without batch_size=64": ANY_BATCH,
        "line 1: dae.fit without verbose=2": SHOWN,
        "line 4: 64 -> 65": ANY_BATCH,
        "line 4: 64 -> 63": ANY_BATCH,
        "line 4: 64 -> 0": ANY_BATCH,
        "line 7: 2 -> 3": SHOWN,
        "line 7: 2 -> 1": SHOWN,
        "line 7: 2 -> 0": SHOWN,
    },
    "peak_signal_to_noise_ratio": {
        "line 1: np.mean without dtype=np.float64": free(
            "“The PSNR in dB, a single number”: the contract names no precision, and NumPy sums "
            "float32 pairwise."
        ),
        "line 1: clean - restored -> restored - clean": SYMMETRIC_ERROR,
        'line 2: float("inf") if mse == 0 else float(-10 * np.log10(mse)) '
        "-> float(-10 * np.log10(mse))": INFINITE_ANYWAY,
        "line 2: == 0 -> < 0": INFINITE_ANYWAY,
        "line 2: 0 -> -1": INFINITE_ANYWAY,
        "line 2: float(-10 * np.log10(mse)) -> -10 * np.log10(mse)": free(
            "“a single number”: NumPy's float is one."
        ),
    },
    "denoising_gain": {
        "line 2: (clean_images + noise) -> (clean_images - noise)": SYMMETRIC_NOISE,
        "line 2: np.float32 -> .float64": free(
            "“Call it with `training=False` or use its `predict`”: the contract does not say in "
            "which precision the noisy images go in."
        ),
        "line 2: np.float32 -> .float16": hole(
            "float16 rounds noise of 0.0001 away. The judge would need a `noise_stddev` below "
            "0.001, where float32 still holds."
        ),
        "line 3: dae.predict without verbose=0": SHOWN,
        "line 3: 0 -> 1": SHOWN,
        "line 3: 0 -> -1": SHOWN,
        "line 4: peak_signal_to_noise_ratio: clean_images <-> restored": SYMMETRIC_ERROR,
        "line 4: peak_signal_to_noise_ratio: clean_images <-> noisy": SYMMETRIC_ERROR,
    },
    "Sampling": {
        "line 2: tf.random.normal without dtype=mean.dtype": free(
            "“a list of two float tensors”: the contract names no precision; a Keras layer casts "
            "them to its own, which is float32 unless another is asked for."
        ),
        "line 2: mean -> log_var": SAME_SHAPE,
        "line 2: mean -> tf.stop_gradient(mean)": ONLY_THE_SHAPE,
        "line 2: mean -> log_var (2)": SAME_SHAPE,
        "line 2: mean -> tf.stop_gradient(mean) (2)": ONLY_THE_SHAPE,
        "line 3: mean + tf.exp(log_var / 2) * noise "
        "-> mean - (tf.exp(log_var / 2) * noise)": SYMMETRIC_NOISE,
    },
    "kl_divergence": {
        "line 2: axis=-1 -> axis=1": equivalent(
            "“of shape (batch, codings_size)”: of two axes, the last is number 1."
        ),
    },
    "build_vae_encoder": {
        'line 3: "relu" -> "sigmoid"': ANY_ACTIVATION,
        'line 4: "relu" -> "sigmoid"': ANY_ACTIVATION,
        'line 5: keras.layers.Dense without name="codings_mean"': NAME,
        'line 6: keras.layers.Dense without name="codings_log_var"': NAME,
        'line 7: Sampling without name="codings"': NAME,
        'line 8: keras.Model without name="encoder"': NAME,
    },
    "build_vae_decoder": {
        'line 1: keras.Sequential without name="decoder"': NAME,
        "line 2: without keras.layers.Input((codings_size,))": NOT_BUILT,
        'line 4: "relu" -> "sigmoid"': ANY_ACTIVATION,
        'line 5: "relu" -> "sigmoid"': ANY_ACTIVATION,
    },
    "vae_loss": {
        "line 2: tf.reduce_sum with keepdims=True": equivalent(
            "(batch, 1, 1) and (batch,) make every sum of a pair of images, and the mean of "
            "a_i + b_j over all pairs is the mean of a plus the mean of b."
        ),
        "line 2: 1 <-> 2": equivalent("A sum over two axes does not depend on their order."),
        "line 3: tf.reduce_mean with keepdims=True": ONE_NUMBER_IN_A_LIST,
    },
    "vae_train_step": {
        "line 7: zip without strict=True": ONE_GRADIENT_EACH,
        "line 7: strict=True -> strict=False": ONE_GRADIENT_EACH,
        "line 8: tf.reduce_mean with keepdims=True": ONE_NUMBER_IN_A_LIST,
        "line 8: codings_mean -> tf.stop_gradient(codings_mean)": OUTSIDE_THE_TAPE,
        "line 8: codings_log_var -> tf.stop_gradient(codings_log_var)": OUTSIDE_THE_TAPE,
    },
    "generate_images": {
        "line 2: decoder.predict without verbose=0": SHOWN,
        "line 2: codings -> tf.stop_gradient(codings)": OUTSIDE_THE_TAPE,
        "line 2: 0 -> 1": SHOWN,
        "line 2: 0 -> -1": SHOWN,
    },
    "interpolate_codings": {},
    "rescale_images": {},
    "images_for_display": {
        "line 1: 0 -> -1": equivalent(
            "“of shape (n, 28, 28, 1)”: of one channel, the first is the last."
        ),
    },
    "build_generator": {
        'line 1: keras.Sequential without name="generator"': NAME,
        "line 2: without keras.layers.Input((codings_size,))": NOT_COMPILED,
        "line 2: without keras.layers.BatchNormalization()": NORMALIZATION_IS_OPTIONAL,
        "line 2: without keras.layers.ReLU()": MAY_FOLLOW,
        "line 2: without keras.layers.ReLU() (2)": MAY_FOLLOW,
        "line 2: keras.layers.Reshape((7, 7, 128)) <-> keras.layers.BatchNormalization()": free(
            "“batch normalization after this is optional”: it stands behind the dense layer, if "
            "before the reshaping."
        ),
        "line 2: keras.layers.BatchNormalization() <-> keras.layers.ReLU()": WHERE_IT_FOLLOWS,
        'line 2: keras.layers.ReLU() <-> keras.layers.Conv2DTranspose(6 … ng="same")': MAY_FOLLOW,
        "line 2: keras.layers.BatchNormalization() <-> keras.layers.ReLU() (2)": WHERE_IT_FOLLOWS,
        "line 4: keras.layers.Dense with use_bias=False": NO_BIAS_NAMED,
        "line 6: keras.layers.BatchNormalization -> .LayerNormalization": hole(
            "Layer normalization is none of the layers that the contract names. Where it stands, "
            "batch normalization is optional; the judge would have to tell the two apart by more "
            "than the weights that they leave."
        ),
        "line 6: keras.layers.BatchNormalization -> .Identity": NORMALIZATION_IS_OPTIONAL,
        "line 7: keras.layers.ReLU -> .Identity": MAY_FOLLOW,
        "line 7: keras.layers.ReLU -> .LeakyReLU": MAY_FOLLOW,
        "line 8: 64 -> 65": FILTERS_AND_KERNEL,
        "line 8: 64 -> 63": FILTERS_AND_KERNEL,
        "line 8: 4 -> 5": FILTERS_AND_KERNEL,
        "line 8: 4 -> 3": FILTERS_AND_KERNEL,
        "line 10: keras.layers.ReLU -> .Identity": MAY_FOLLOW,
        "line 10: keras.layers.ReLU -> .LeakyReLU": MAY_FOLLOW,
        "line 12: 4 -> 5": ANY_LAST_KERNEL,
        "line 12: 4 -> 3": ANY_LAST_KERNEL,
    },
    "build_discriminator": {
        'line 1: keras.Sequential without name="discriminator"': NAME,
        "line 2: without keras.layers.Input((28, 28, 1))": NOT_COMPILED,
        "line 2: keras.layers.LeakyReLU(0.2) <-> keras.layers.Dropout(0.4)": ANY_DROPOUT,
        "line 2: keras.layers.Dropout(0.4) <-> keras.layers.Flatten()": ANY_DROPOUT,
        "line 3: 28 -> 27": ONE_ROW_LESS,
        "line 3: 28 -> 27 (2)": ONE_ROW_LESS,
        'line 4: keras.layers.Conv2D without padding="same"': ANY_PADDING,
        "line 4: 32 -> 33": ANY_FILTERS_AND_KERNELS,
        "line 4: 32 -> 31": ANY_FILTERS_AND_KERNELS,
        "line 4: 4 -> 5": ANY_FILTERS_AND_KERNELS,
        "line 4: 4 -> 3": ANY_FILTERS_AND_KERNELS,
        "line 4: 2 -> 3": STRIDE_OF_THREE,
        'line 4: "same" -> "valid"': ANY_PADDING,
        "line 5: keras.layers.LeakyReLU without 0.2": EACH_A_NON_LINEARITY,
        "line 5: keras.layers.LeakyReLU -> .ReLU": EACH_A_NON_LINEARITY,
        "line 5: 0.2 -> 0.1": EACH_A_NON_LINEARITY,
        "line 5: 0.2 -> 0.4": EACH_A_NON_LINEARITY,
        "line 5: 0.2 -> 0.0": EACH_A_NON_LINEARITY,
        'line 6: keras.layers.Conv2D without padding="same"': ANY_PADDING,
        "line 6: 64 -> 65": ANY_FILTERS_AND_KERNELS,
        "line 6: 64 -> 63": ANY_FILTERS_AND_KERNELS,
        "line 6: 4 -> 5": ANY_FILTERS_AND_KERNELS,
        "line 6: 4 -> 3": ANY_FILTERS_AND_KERNELS,
        "line 6: 2 -> 3": STRIDE_OF_THREE,
        'line 6: "same" -> "valid"': ANY_PADDING,
        "line 7: keras.layers.LeakyReLU without 0.2": EACH_A_NON_LINEARITY,
        "line 7: keras.layers.LeakyReLU -> .ReLU": EACH_A_NON_LINEARITY,
        "line 7: 0.2 -> 0.1": EACH_A_NON_LINEARITY,
        "line 7: 0.2 -> 0.4": EACH_A_NON_LINEARITY,
        "line 7: 0.2 -> 0.0": EACH_A_NON_LINEARITY,
        "line 8: 0.4 -> 0.2": ANY_DROPOUT,
        "line 8: 0.4 -> 0.8": ANY_DROPOUT,
        "line 10: keras.layers.Dense with use_bias=False": NO_BIAS_NAMED,
    },
    "discriminator_loss": {
        "line 2: real_probabilities -> fake_probabilities": SAME_SHAPE,
        "line 2: real_probabilities -> tf.stop_gradient(real_probabilities)": ONLY_THE_SHAPE,
        "line 2: fake_probabilities -> real_probabilities": SAME_SHAPE,
        "line 2: fake_probabilities -> tf.stop_gradient(fake_probabilities)": ONLY_THE_SHAPE,
        "line 3: tf.reduce_mean with keepdims=True": ONE_NUMBER_IN_A_LIST,
    },
    "generator_loss": {
        "line 1: fake_probabilities -> tf.stop_gradient(fake_probabilities)": ONLY_THE_SHAPE,
        "line 2: tf.reduce_mean with keepdims=True": ONE_NUMBER_IN_A_LIST,
    },
    "discriminator_step": {
        "line 1: generator without training=True": ANY_MODE_OF_GENERATOR,
        "line 1: codings -> tf.stop_gradient(codings)": OUTSIDE_THE_TAPE,
        "line 1: training=True -> training=False": ANY_MODE_OF_GENERATOR,
        "line 4: fake_images -> tf.stop_gradient(fake_images)": equivalent(
            "The images were made outside the tape, from no variable of the discriminator."
        ),
        "line 8: zip without strict=True": ONE_GRADIENT_EACH,
        "line 8: strict=True -> strict=False": ONE_GRADIENT_EACH,
    },
    "generator_step": {
        "line 2: codings -> tf.stop_gradient(codings)": NO_VARIABLE_BEHIND,
        "line 3: discriminator without training=True": ANY_MODE_OF_DISCRIMINATOR,
        "line 3: training=True -> training=False": ANY_MODE_OF_DISCRIMINATOR,
        "line 6: zip without strict=True": ONE_GRADIENT_EACH,
        "line 6: strict=True -> strict=False": ONE_GRADIENT_EACH,
    },
    "train_gan": {
        **{
            f"line {line}: {change}": EACH_ITS_OPTIMIZER
            for line in (1, 2)
            for change in (
                "keras.optimizers.Adam without 2e-4",
                "keras.optimizers.Adam without beta_1=0.5",
                "2e-4 -> 0.0001",
                "2e-4 -> 0.0004",
                "0.5 -> 0.25",
                "0.5 -> -0.5",
                "0.5 -> 0.0",
            )
        },
        "line 3: without the statement discriminator_optimizer.build( … variables)": (
            BUILT_WHEN_APPLIED
        ),
        "line 3: discriminator_optimizer.build( … variables) "
        "-> discriminator.trainable_variables": BUILT_WHEN_APPLIED,
        "line 3: discriminator.trainable_variables -> .variables": MORE_SLOTS,
        "line 3: discriminator.trainable_variables "
        "-> (discriminator.trainable_variables + generator.trainable_variables)": MORE_SLOTS,
        "line 4: without the statement generator_optimizer.build(generator.trainable_variables)": (
            BUILT_WHEN_APPLIED
        ),
        "line 4: generator_optimizer.build(generator.trainable_variables) "
        "-> generator.trainable_variables": BUILT_WHEN_APPLIED,
        "line 4: generator_optimizer -> discriminator_optimizer": BUILT_WHEN_APPLIED,
        "line 4: generator.trainable_variables -> .variables": MORE_SLOTS,
        "line 4: generator.trainable_variables "
        "-> (generator.trainable_variables + discriminator.trainable_variables)": MORE_SLOTS,
        "line 11: codings -> tf.stop_gradient(codings)": NO_VARIABLE_BEHIND,
        "line 13: without the statement codings = tf.random.normal(shape)": free(
            "“the two steps of one batch may share a draw”."
        ),
        "line 14: codings -> tf.stop_gradient(codings)": NO_VARIABLE_BEHIND,
        "line 20: np.mean -> .median": hole(
            "The median of an epoch's losses is neither their mean nor the last. It lies among "
            "them, as running means do, and the judge asks no more."
        ),
        "line 21: float(discriminator_mean) -> discriminator_mean": ANY_NUMBER,
        "line 22: float(generator_mean) -> generator_mean": ANY_NUMBER,
    },
}
