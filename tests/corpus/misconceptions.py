"""Known mistakes and where the corpus holds them, and right answers that graders often reject."""

from __future__ import annotations

from typing import NamedTuple


class Misconception(NamedTuple):
    """A mistake that students make: the check that meets it, and the name it must give."""

    mistake: str
    exercise: str
    name: str


class DoNotFlag(NamedTuple):
    """What looks like a mistake and is none: right answers of the corpus that do it."""

    habit: str
    exercise: str
    answers: tuple[str, ...]


MISCONCEPTIONS = tuple(
    Misconception(mistake, exercise, name)
    for mistake, places in {
        # The denoising autoencoder
        "target is not the clean image": {"train_dae": "target_not_clean"},
        "denoising judged on clean input": {"denoising_gain": "clean_input"},
        "noise added to the target too": {"denoising_gain": "noise_in_target"},
        "noise clipped": {
            "denoising_gain": "noise_clipped",
            "build_dae_encoder": "noise_clipped",
        },
        "gain with the wrong sign": {"denoising_gain": "wrong_sign"},
        "PSNR as mean of per-image PSNRs": {"peak_signal_to_noise_ratio": "mean_of_per_image"},
        "natural logarithm": {"peak_signal_to_noise_ratio": "natural_log"},
        "20·log10 of MSE": {"peak_signal_to_noise_ratio": "twenty_log10_of_mse"},
        "wrong peak": {"peak_signal_to_noise_ratio": "wrong_peak"},
        "wrong sign of the PSNR": {"peak_signal_to_noise_ratio": "wrong_sign"},
        "noise hard-wired on": {"build_dae_encoder": "noise_always_on"},
        "noise expected at predict": {"denoising_gain": "training_mode"},
        "no noise at all": {"build_dae_encoder": "no_noise"},
        "noise after a hidden or coding layer": {"build_dae_encoder": "noise_after_layer"},
        "softmax output": {
            "build_dae_decoder": "softmax_output",
            "build_vae_decoder": "softmax_output",
        },
        "ReLU output with BCE": {
            "build_dae_decoder": "relu_output",
            "build_vae_decoder": "relu_output",
        },
        "linear output with BCE": {
            "build_dae_decoder": "linear_output",
            "build_vae_decoder": "linear_output",
        },
        "pixels 0–255": {"scale_images": "not_scaled"},
        "pixels in [−1, 1] with BCE": {"scale_images": "scaled_to_minus_one_one"},
        "from_logits=True after a sigmoid": {"build_dae": "from_logits", "vae_loss": "from_logits"},
        "metric accuracy": {"build_dae": "accuracy_metric"},
        "bottleneck missing": {"build_dae_encoder": "missing_layer"},
        "bottleneck of another size": {"build_dae_encoder": "wrong_sizes"},
        "wrong sizes": {
            "build_dae_decoder": "wrong_sizes",
            "build_vae_encoder": "wrong_sizes",
            "build_vae_decoder": "wrong_sizes",
        },
        "wrong activations": {
            "build_dae_encoder": "wrong_activation",
            "build_dae_decoder": "wrong_activation",
        },
        "one layer missing": {
            "build_dae_decoder": "missing_layer",
            "build_vae_encoder": "missing_layer",
            "build_vae_decoder": "missing_layer",
        },
        "decoder not 28×28": {
            "build_dae_decoder": "not_reshaped",
            "build_vae_decoder": "not_reshaped",
        },
        "frozen encoder": {"build_dae": "frozen_encoder"},
        "optimizer that never moves": {"build_dae": "optimizer_never_moves"},
        # The variational autoencoder
        "KL averaged over latent dimensions": {"kl_divergence": "averaged_over_codings"},
        "KL summed over the batch": {"kl_divergence": "summed_over_batch"},
        "sign flipped": {"kl_divergence": "wrong_sign", "vae_loss": "wrong_sign_of_kl"},
        "½ missing": {"kl_divergence": "half_missing"},
        "log_var used as log σ": {"kl_divergence": "log_stddev_for_log_var"},
        "exp(log_var/2) for exp(log_var)": {"kl_divergence": "stddev_for_variance"},
        "−1 missing": {"kl_divergence": "one_missing"},
        "mean² missing": {"kl_divergence": "mean_squared_missing"},
        "KL omitted from the loss": {"vae_loss": "kl_omitted", "vae_train_step": "kl_omitted"},
        "mean BCE + unscaled KL": {
            "vae_loss": "mean_bce_with_full_kl",
            "vae_train_step": "mean_bce_with_full_kl",
        },
        "summed BCE + KL/784": {"vae_loss": "sum_bce_with_scaled_kl"},
        "BCE summed over one axis only": {"vae_loss": "bce_summed_over_one_axis"},
        "z = mean + exp(log_var)·ε": {"Sampling": "variance_for_stddev"},
        "z = mean + log_var·ε": {"Sampling": "log_var_for_stddev"},
        "no noise": {"Sampling": "no_noise", "build_vae_encoder": "z_without_noise"},
        "constant in place of ε": {"Sampling": "constant_for_noise"},
        "ε of shape (1, d) or (d,)": {"Sampling": "noise_shared_by_rows"},
        "batch size fixed in ε": {"Sampling": "batch_size_fixed"},
        "noise drawn once, or constant seed": {"Sampling": "noise_repeats"},
        "activation on the mean": {"build_vae_encoder": "activation_on_mean"},
        "activation on log_var": {"build_vae_encoder": "activation_on_log_var"},
        "decoder fed the mean in training": {"vae_train_step": "decodes_mean"},
        "NumPy inside": {
            "Sampling": "numpy_inside",
            "kl_divergence": "numpy_inside",
            "vae_loss": "numpy_inside",
            "vae_train_step": "numpy_inside",
        },
        "generating from U[0, 1)": {"generate_images": "uniform_codings"},
        "generating from encoder outputs": {"generate_images": "off_the_prior"},
        "interpolation without an end": {"interpolate_codings": "end_missing"},
        "interpolation without its start": {"interpolate_codings": "start_missing"},
        "interpolation of the wrong length": {"interpolate_codings": "wrong_length"},
        # The GAN
        "discriminator frozen for ever": {"train_gan": "frozen_discriminator"},
        "generator step also updates the discriminator": {
            "generator_step": "updates_discriminator_too",
            "train_gan": "updates_discriminator_too",
        },
        "discriminator step also updates the generator": {
            "discriminator_step": "updates_generator_too"
        },
        "generator output detached": {"generator_step": "detached_generator"},
        "labels swapped in the discriminator": {
            "discriminator_loss": "swapped_labels",
            "discriminator_step": "swapped_labels",
        },
        "generator minimises BCE(0, D(G))": {
            "generator_loss": "minimises_fake_label",
            "generator_step": "minimises_fake_label",
        },
        "saturating loss": {
            "generator_loss": "saturating_loss",
            "generator_step": "saturating_loss",
        },
        "double sigmoid": {
            "discriminator_loss": "double_sigmoid",
            "generator_loss": "double_sigmoid",
            "discriminator_step": "double_sigmoid",
            "generator_step": "double_sigmoid",
        },
        "logits taken for probabilities": {
            "discriminator_loss": "logits_for_probabilities",
            "generator_loss": "logits_for_probabilities",
        },
        "discriminator losses summed, not averaged": {
            "discriminator_loss": "summed_loss",
            "discriminator_step": "summed_loss",
        },
        "real in [0, 1] with a tanh generator": {
            "rescale_images": "not_rescaled",
            "train_gan": "wrong_range",
        },
        "0.5·g + 1 for display": {"images_for_display": "display_off"},
        "same noise at every step": {"train_gan": "same_noise"},
        "training=True missing": {
            "discriminator_step": "inference_mode",
            "generator_step": "inference_mode",
            "vae_train_step": "inference_mode",
            "train_gan": "inference_mode",
        },
        "sigmoid output on the generator": {"build_generator": "sigmoid_output"},
        "linear output on the discriminator": {"build_discriminator": "linear_output"},
        "stride or padding slip": {
            "build_generator": "wrong_size",
            "build_discriminator": "wrong_stride",
        },
        "last partial batch dropped": {"train_gan": "drops_last_batch"},
        "last partial batch crashes": {"train_gan": "fixed_batch_size"},
        "dataset used once": {"train_gan": "dataset_once"},
        "epochs ignored": {"train_gan": "epochs_ignored", "train_dae": "epochs_ignored"},
        "on_epoch_end never called": {"train_gan": "no_on_epoch_end"},
        "on_epoch_end once called": {"train_gan": "on_epoch_end_once"},
        "history of the wrong length": {"train_gan": "history_length"},
        "history of the wrong network": {"train_gan": "history_networks"},
        "one optimizer for both networks": {"train_gan": "one_optimizer"},
    }.items()
    for exercise, name in places.items()
)

DO_NOT_FLAG = (
    DoNotFlag(
        "noise before Flatten",
        "build_dae_encoder",
        ("noise_before_flatten", "noise_before_flatten_functional"),
    ),
    DoNotFlag(
        "no stop_gradient where only the discriminator's variables are applied",
        "discriminator_step",
        ("fakes_made_inside_the_tape", "one_batch_of_real_and_fake"),
    ),
    DoNotFlag("one draw of codings for both steps", "train_gan", ("one_draw_for_both_steps",)),
    DoNotFlag(
        "the discriminator in inference mode in the generator's step",
        "generator_step",
        ("discriminator_in_inference_mode", "discriminator_called_without_a_mode"),
    ),
    DoNotFlag(
        "logits of clipped probabilities",
        "discriminator_loss",
        ("by_way_of_logits", "softplus_of_logits"),
    ),
)
