"""The runner itself: what a lost kernel costs, what the next run sees, and honest noise."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from autograder.classroom import run as runner
from autograder.classroom.run import run_notebook
from autograder.classroom.store import files_beside
from autograder.exercises import DEMONSTRATION
from autograder.judges import draw_challenge, judge
from autograder.kernel.evidence import Evidence
from autograder.sandbox.policy import GIB
from autograder.sandbox.probes import LAYERS

from .attacks import ATTACKS, PRELUDE
from .harness import (
    AFTER,
    ANSWERS,
    BEFORE,
    TARGET,
    Surroundings,
    answer_cell,
    check_cell,
    grade,
    notebook,
)

NOISY = """
import logging, os, sys, warnings
import matplotlib.pyplot as plt, tensorflow as tf, keras, multiprocessing
from tqdm import tqdm
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
@tf.function(jit_compile=True)
def total(x): return tf.reduce_sum(x * x)
def noise():
    print("printed"); print("to stderr", file=sys.stderr)
    warnings.warn("careful"); logging.getLogger().warning("logged")
    os.write(1, b"raw"); os.write(2, b"raw"); os.system("echo from a shell; echo error >&2")
    for _ in tqdm(range(3)): pass
    plt.figure(); plt.plot([1, 2]); plt.show()
    total(tf.ones(3))
    data = tf.data.Dataset.range(64).map(lambda x: x + 1, num_parallel_calls=4).prefetch(2)
    assert len(list(data.batch(8))) == 8
noise()
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse", jit_compile=True)
model.fit(np.ones((64, 4)), np.ones(64), epochs=2, batch_size=4, verbose=1)
model.save("model.keras"); keras.models.load_model("model.keras")
plt.savefig("figure.png"); plt.show()
assert (keras.config.image_data_format(), os.path.expanduser("~/.keras"))
"""

LOOKS_ROUND = """
import ctypes, os
from pathlib import Path
exchange = [f"/exchange/{name}" for name in ("challenges", "evidence", "zmq")]
for folder in ("/tmp", "/dev/shm", *exchange, str(Path.home()), "."):
    # What may be read is mounted, and may lie below.
    own = os.stat(folder).st_dev
    print(sorted(str(path) for path in Path(folder).rglob("*") if path.lstat().st_dev == own))
print([Path(f"/proc/{p}/cmdline").read_text() for p in os.listdir("/proc") if p.isdigit()])
print("segment", ctypes.CDLL(None).shmget(4242, 64, 0o666))
"""


def kinds(graded) -> list[str]:
    return [fault.kind for fault in graded.run.faults]


def test_the_next_students_run_finds_nothing(surroundings: Surroundings, tmp_path: Path) -> None:
    left = [attack.cell for attack in ATTACKS if attack.family == "persistence"]
    assert len(left) >= 3
    first = grade(notebook(surroundings.names(), PRELUDE, *left), tmp_path / "first")
    assert not first.run.faults
    second = grade(notebook(LOOKS_ROUND), tmp_path / "second")
    text = second.text()
    assert "connection.json" in text and "segment -1" in text
    assert surroundings.mark not in text and "REACHED" not in text
    surroundings.assert_unharmed()


def test_a_lost_kernel_costs_the_cell_that_lost_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    original = runner._Kernel.run_cell

    async def run_cell(self, nb, index, keep_outputs):
        ran.append((index, keep_outputs))
        return await original(self, nb, index, keep_outputs)

    monkeypatch.setattr(runner._Kernel, "run_cell", run_cell)
    nb = notebook(
        "print('once')\nhalf = 0.5",  # 1
        *(answer_cell(BEFORE, ANSWERS[BEFORE]), check_cell(BEFORE)),  # 2, 3
        "import os; print('last words', flush=True); os._exit(1)",  # 4
        answer_cell(AFTER, ANSWERS[AFTER].replace("0.5 *", "half *")),  # 5
        check_cell(AFTER),  # 6
        answer_cell(TARGET, "def scale_images(images):\n    import os; os._exit(1)"),  # 7
        check_cell(TARGET),  # 8
    )
    graded = grade(nb, tmp_path)
    assert [graded.points(name) for name in (BEFORE, AFTER, TARGET)] == [1, 1, 0]
    assert [(fault.cell, fault.exercise) for fault in graded.run.faults] == [(4, None), (8, TARGET)]
    # The second kernel ran cells 0 to 2 again, but not the check, and went on; so did the third.
    again = [index for index, is_new in ran if not is_new]
    assert again == [0, 1, 2, 0, 1, 2, 5, 7]
    assert [index for index, is_new in ran if is_new] == list(range(9))
    assert [output.text for output in nb.cells[1].outputs] == ["once\n"]
    assert "This cell ended the kernel." in str(nb.cells[4].outputs)


def test_evidence_is_taken_when_its_check_has_ended(tmp_path: Path) -> None:
    spoil = (
        "from pathlib import Path\n"
        "for path in Path('/exchange/evidence').glob('*'): path.write_bytes(b'spoilt')"
    )
    nb = notebook(answer_cell(BEFORE, ANSWERS[BEFORE]), check_cell(BEFORE), spoil)
    assert grade(nb, tmp_path).points(BEFORE) == 1


def test_old_evidence_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / f"{BEFORE}.safetensors"
    grade(notebook(answer_cell(BEFORE, ANSWERS[BEFORE]), check_cell(BEFORE)), tmp_path)
    assert path.exists()
    grade(notebook("check = print", answer_cell(BEFORE, ""), check_cell(BEFORE)), tmp_path)
    assert not path.exists()


def test_what_time_does_not_allow_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "NOTEBOOK_SECONDS", 0)
    nb = notebook(answer_cell(BEFORE, ANSWERS[BEFORE]), check_cell(BEFORE))
    graded = grade(nb, tmp_path)
    assert kinds(graded) == ["not_run"] * 3
    assert "was not run" in str(nb.cells[2].outputs)


def test_demonstrations_are_skipped_and_files_beside_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "handed_in"
    (folder / "sub").mkdir(parents=True)
    (folder / "helper.py").write_text("HALF = 0.5")
    (folder / "sub" / "data.txt").write_text("7")
    (tmp_path / "secret").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    with (folder / "huge").open("wb") as huge:
        huge.truncate(10 * GIB)
    files = files_beside(folder)
    assert sorted(files) == ["helper.py", "sub/data.txt"]
    demonstration = new_code_cell("1 / 0", metadata={"tags": [DEMONSTRATION]})
    own = "import helper; print(helper.HALF, open('sub/data.txt').read()); open('new', 'w').close()"
    graded = grade(notebook(own, demonstration), tmp_path / "evidence", files=files)
    assert "0.5 7" in graded.text() and "error" not in graded.text()
    assert not (folder / "new").exists()


def test_more_files_than_fit_are_left_out(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number:04}-with-a-rather-long-name.txt").touch()
    graded = grade(
        notebook("import os; print(sorted(os.listdir('.'))[0])"),
        tmp_path / "evidence",
        files=files_beside(tmp_path),
    )
    assert "0000-with" in graded.text() and not graded.run.faults


def test_without_a_sandbox_the_same_is_graded(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("HALF = 0.5")
    nb = notebook(
        "import helper, os; print(os.getcwd())",
        *(answer_cell(BEFORE, ANSWERS[BEFORE]), check_cell(BEFORE)),
        "os._exit(1)",
        *(answer_cell(AFTER, ANSWERS[AFTER]), check_cell(AFTER)),
    )
    files = {"helper.py": tmp_path / "helper.py"}
    graded = grade(nb, tmp_path / "evidence", files=files, sandbox=False)
    assert graded.points(BEFORE) == graded.points(AFTER) == 1
    assert kinds(graded) == ["died"] and graded.run.layers == ()


def test_honest_noise_costs_nothing(tmp_path: Path) -> None:
    noisy = {
        name: source.replace("    return", "    noise()\n    return")
        for name, source in ANSWERS.items()
    }
    cells = []
    for name, source in noisy.items():
        cells += [answer_cell(name, source), check_cell(name)]
    loss = (
        "@tf.function(jit_compile=True)\n"
        "def generator_loss(fake_probabilities):\n"
        "    tf.print('traced')\n"
        "    return -tf.reduce_mean(tf.math.log(fake_probabilities))"
    ).replace("    tf.print('traced')\n", "")
    cells += [answer_cell("generator_loss", loss), check_cell("generator_loss")]
    nb = notebook(NOISY, *cells)
    exercises = [*ANSWERS, "generator_loss"]
    challenges = {name: draw_challenge(name, 5) for name in exercises}
    run = run_notebook(nb, challenges, tmp_path)
    errors = [one for cell in nb.cells for one in cell.outputs if one.output_type == "error"]
    assert not errors and not run.faults
    assert run.layers == tuple(LAYERS)
    for name, challenge in challenges.items():
        evidence = Evidence.load(tmp_path / f"{name}.safetensors")
        verdict = judge(name, challenge, evidence)
        assert verdict.passed, str(verdict)
