"""The file format of challenges and evidence: exact, without pickle, safe against bad files."""

import json
import pickle
import struct

import numpy as np
import pytest
from safetensors.numpy import save

from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence, EvidenceError
from autograder.kernel.record import MAX_ARRAY_BYTES, MAX_FILE_BYTES


def test_arrays_and_facts_come_back_exactly(tmp_path):
    arrays = {
        "scalar": np.float32(np.inf),
        "empty": np.zeros((0, 3), np.uint8),
        "nan": np.array([np.nan, 1.0]),
        "turned": np.arange(6, dtype=np.int16).reshape(2, 3).T,
        "truth": np.array([True, False]),
    }
    facts = {"nested": {"list": [1, None, "σ"]}}
    Challenge({k: np.asarray(v) for k, v in arrays.items()}, facts).save(tmp_path / "c")
    again = Challenge.load(tmp_path / "c")
    assert again.facts == facts
    assert list(again.arrays) == list(arrays)
    for name, array in arrays.items():
        assert again.arrays[name].dtype == np.asarray(array).dtype
        np.testing.assert_array_equal(again.arrays[name], array)
        assert again.arrays[name].shape == np.shape(array)


def test_facts_hold_no_nan(tmp_path):
    with pytest.raises(EvidenceError, match="JSON"):
        Evidence({}, {"loss": float("nan")}).save(tmp_path / "e")
    assert list(tmp_path.iterdir()) == []


def safetensors_header(header: dict) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


HOSTILE = {
    "empty": b"",
    "pickle": pickle.dumps({"points": 6}),
    "noise": b"\xff" * 100,
    "header longer than the file": struct.pack("<Q", 2**60) + b"{}",
    "array longer than the file": safetensors_header(
        {"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
    ),
    "no facts": save({"a": np.zeros(3)}),
    "facts are no JSON": save({"facts.json": np.frombuffer(b"{", np.uint8)}),
    "facts are no table": save(
        {"facts.json": np.frombuffer(b'{"arrays": [], "facts": [1]}', np.uint8)}
    ),
    "an array without a name": save(
        {"a": np.zeros(3), "facts.json": np.frombuffer(b'{"arrays": [], "facts": {}}', np.uint8)}
    ),
    "a name without its array": save(
        {"facts.json": np.frombuffer(b'{"arrays": ["a"], "facts": {}}', np.uint8)}
    ),
    "NaN in facts": save(
        {"facts.json": np.frombuffer(b'{"arrays": [], "facts": {"a": NaN}}', np.uint8)}
    ),
    "deep facts": save({"facts.json": np.frombuffer(b"[" * 100_000, np.uint8)}),
    "unknown dtype": safetensors_header(
        {"a": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [0, 1]}}
    )
    + b"\0",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_bad_file_is_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "evidence").write_bytes(content)
    with pytest.raises(EvidenceError, match="evidence"):
        Evidence.load(tmp_path / "evidence")


def test_links_folders_and_large_files_are_refused_unread(tmp_path):
    Evidence({}, {}).save(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "large").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    for name in ("link", "folder", "large", "missing"):
        with pytest.raises(EvidenceError, match=name):
            Evidence.load(tmp_path / name)


def test_a_huge_result_is_described_not_copied():
    evidence = Evidence()
    evidence.record("view", np.broadcast_to(np.float64(1), (10**6, 10**6)))
    assert evidence.facts["view"]["kind"] == "too_large"
    assert evidence.facts["view"]["shape"] == [10**6, 10**6]
    evidence.record("list", [0.0] * (MAX_ARRAY_BYTES // 8 + 1))
    assert evidence.facts["list"]["kind"] == "too_large"
    assert evidence.arrays == {}


@pytest.mark.parametrize(
    "value", [None, "7", b"7", {}, {1}, print, [1, "a"], [[1], [2, 3]], object(), 3 + 4j]
)
def test_what_is_not_numeric_is_described(value):
    evidence = Evidence()
    evidence.record("answer", value)
    assert evidence.facts["answer"]["kind"] == "other"
    assert evidence.facts["answer"]["type"] == type(value).__name__
    assert evidence.arrays == {}


def test_sequences_are_recorded_item_by_item():
    evidence = Evidence()
    evidence.record("pair", ([1, 2], (np.zeros(3), None)), depth=2)
    assert evidence.facts["pair"] == {"kind": "sequence", "type": "tuple", "length": 2}
    assert evidence.facts["pair/1"]["length"] == 2
    assert evidence.arrays["pair/1/0"].shape == (3,)
    assert evidence.facts["pair/1/1"]["type"] == "NoneType"
