"""Networks that stand in for trained ones: their quick `predict` gives what Keras's gives."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from autograder.kernel.probes.generate_images import RecordingDecoder

CODINGS = np.random.default_rng(0).normal(size=(40, 5))
KERNEL = np.random.default_rng(1).normal(size=(5, 784)).astype(np.float32)


@pytest.fixture
def decoder():
    return RecordingDecoder(KERNEL, capacity=200)


@pytest.mark.parametrize(
    "given",
    [CODINGS, CODINGS.astype(np.float32), tf.constant(CODINGS, tf.float32)],
    ids=["float64", "float32", "tensor"],
)
def test_predicting_is_what_keras_predicts(decoder, given):
    quick = decoder.predict(given, batch_size=7, verbose=0)
    slow = keras.Model.predict(decoder, given, batch_size=7, verbose=0)
    assert type(quick) is type(slow) and quick.dtype == slow.dtype
    np.testing.assert_allclose(quick, slow, rtol=1e-6)
    np.testing.assert_allclose(decoder.tapes["inferred_on"].rows()[:40], CODINGS, rtol=1e-6)
    assert decoder.tapes["inferred_on"].count == 80
    assert decoder.tapes["trained_on"].count == 0


def test_predicting_a_data_set_is_kerass(decoder):
    batches = tf.data.Dataset.from_tensor_slices(CODINGS.astype(np.float32)).batch(16)
    images = decoder.predict(batches, verbose=0)
    np.testing.assert_allclose(images, decoder.predict(CODINGS), rtol=1e-6)
