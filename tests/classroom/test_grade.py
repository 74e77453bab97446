"""`autograder grade`: runs what is new, keeps it, writes through nbgrader, resumes."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.classroom import grade
from autograder.classroom.execute import SealedExecute
from autograder.classroom.grades import SaveGrades, gradebook_scores
from autograder.classroom.job import Done, Job
from autograder.classroom.pool import CallFailed
from autograder.classroom.store import Fault, Place, StoreError, is_worth_another_try, read_run
from autograder.judges import draw_challenge

from .conftest import LESSON, Graded, cell

pytestmark = pytest.mark.xdist_group("class")


@pytest.fixture(autouse=True)
def only_workers_run(monkeypatch) -> None:
    """Writing must find each run in the store: were its key another one, it would run twice."""

    def executed(*arguments: object) -> None:
        raise AssertionError("run while writing")

    monkeypatch.setattr(SealedExecute, "_execute", executed)


def empty_run(job: Job) -> Done:
    """A run that left no evidence, without a kernel."""
    challenges = {name: draw_challenge(name, seed) for name, seed in job.seeds.items()}
    fault = Fault(0, None, "flooded", "Too much.")
    return Done(job.notebook, challenges, {}, (fault,), (), 0.1)


class Here(Executor):
    """Runs nothing: every job gives an empty run, or what `outcome` of its number raises."""

    def __init__(self, outcome: Callable[[int], Any] = lambda number: None) -> None:
        self.jobs: list[Job] = []
        self._outcome = outcome

    def submit(self, function, /, *arguments, **named) -> Future:
        future: Future = Future()
        self.jobs.append(arguments[0])
        try:
            if self._outcome(len(self.jobs)) != "never":
                future.set_result(empty_run(arguments[0]))
        except Exception as error:
            future.set_exception(error)
        return future


def graded(demo_class: Graded, student: str, executor: Executor | None = None, **options: Any):
    return grade.grade(demo_class.directory, LESSON, student, executor=executor, **options)


@pytest.fixture
def three(demo_class: Graded) -> Iterator[Graded]:
    """The demo's class, with three new students who are all that is handed in."""
    submitted = demo_class.directory / "submitted"
    away = submitted.rename(demo_class.directory / "handed-in-before")
    for name in ("one", "three", "two"):
        demo_class.hand_in(name, demo_class.solved())
        place = Place(name, LESSON, LESSON)
        (place.folder(demo_class.directory).parent / grade.STAMP_FILE).unlink(missing_ok=True)
    yield demo_class
    shutil.rmtree(submitted)
    away.rename(submitted)


def test_a_rerun_does_only_what_is_left(demo_class: Graded) -> None:
    nb = demo_class.solved()
    demo_class.hand_in("gina", nb)
    first = graded(demo_class, "gina", jobs=1)
    assert (first.graded, first.executed, first.exit_code) == (1, 1, 0)
    for exercise in ("scale_images", "split_dataset"):
        assert demo_class.grade_of("gina", exercise) == (1, 1)

    nothing = Here()
    again = graded(demo_class, "gina", nothing)
    assert (again.unchanged, again.graded, nothing.jobs) == (1, 0, [])

    nb.cells[0].source += "\n\nA remark."
    demo_class.hand_in("gina", nb)
    prose = graded(demo_class, "gina", nothing)
    assert (prose.graded, prose.reused, nothing.jobs) == (1, 1, [])
    assert demo_class.autograded("gina").cells[0].source == nb.cells[0].source
    assert demo_class.grade_of("gina", "scale_images") == (1, 1)

    cell(nb, "scale_images").source += "\n# other code"
    demo_class.hand_in("gina", nb)
    code = graded(demo_class, "gina", nothing)
    assert (code.executed, code.faults) == (1, {"flooded": 1})
    assert demo_class.grade_of("gina", "scale_images") == (0, 1)
    assert graded(demo_class, "gina", nothing).unchanged == 1
    assert graded(demo_class, "gina", nothing, force=True).executed == 1


def test_what_fails_stops_no_other_and_takes_nothing_away(three: Graded) -> None:
    def outcome(number: int) -> None:
        if number == 2:
            raise CallFailed("It did not end.")

    assert graded(three, None, Here()).graded == 3
    before = three.autograded("three")
    summary = graded(three, None, Here(outcome), force=True)
    assert (summary.graded, summary.exit_code) == (2, 1)
    assert summary.failed == {f"three, {LESSON}": "It did not end."}
    assert three.autograded("three") == before
    left = Here()
    assert graded(three, None, left).unchanged == 2
    assert len(left.jobs) == 0  # its earlier run is in the store, and fits


def test_an_interrupt_keeps_what_is_done_and_the_same_command_does_the_rest(three) -> None:
    def outcome(number: int) -> str | None:
        if number == 2:
            os.kill(os.getpid(), signal.SIGINT)
            return "never"
        return None

    handler = signal.getsignal(signal.SIGINT)
    summary = graded(three, None, Here(outcome), force=True, jobs=1)
    assert summary.interrupted and summary.exit_code == 130
    assert signal.getsignal(signal.SIGINT) is handler
    assert read_run(Place("one", LESSON, LESSON).folder(three.directory))
    rest = Here()
    summary = graded(three, None, rest)
    assert summary.exit_code == 0 and summary.graded + summary.unchanged == 3
    assert graded(three, None, rest).unchanged == 3


def test_a_grader_killed_before_it_wrote_finds_the_run(three: Graded, monkeypatch) -> None:
    def killed(*arguments: object) -> None:
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade, "write_graded", killed)
        with pytest.raises(SystemExit):
            graded(three, "one", Here(), force=True)
    nothing = Here()
    summary = graded(three, "one", nothing)
    assert (summary.graded, summary.reused, nothing.jobs) == (1, 1, [])


def test_it_writes_what_nbgraders_own_autograde_writes(three: Graded) -> None:
    course = three.directory
    graded(three, "one", Here())
    files = [course / step / "one" / LESSON for step in ("autograded", "evidence")]
    path, told = files[0] / f"{LESSON}.ipynb", files[1] / LESSON / "graded.json"
    before, scores = (path.read_bytes(), told.read_bytes()), gradebook_scores(course)
    three.grade("one")
    assert (path.read_bytes(), told.read_bytes()) == before
    assert gradebook_scores(course) == scores


def test_the_grades_of_a_notebook_are_saved_together_or_not_at_all(three: Graded) -> None:
    def fails(*arguments: object) -> None:
        raise RuntimeError("the gradebook is lost")

    three.hand_in("new", three.solved())
    before = gradebook_scores(three.directory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SaveGrades, "_add_comment", fails)  # scores have been set by then
        assert list(graded(three, "new", Here()).failed) == [f"new, {LESSON}"]
    after = gradebook_scores(three.directory)
    assert {score.automatic for (place, _), score in after.items() if place.student == "new"} == {
        None
    }
    assert {key: score for key, score in after.items() if key[0].student != "new"} == before
    assert graded(three, "new", Here()).graded == 1


def test_a_store_that_cannot_be_written_ends_it_in_one_sentence(three, monkeypatch) -> None:
    def full(*arguments: object) -> None:
        raise StoreError("The disk is full; make room.")

    monkeypatch.setattr(grade, "keep", full)
    monkeypatch.setattr(grade, "WorkerPool", lambda *arguments: Here())
    result = CliRunner().invoke(cli.main, ["grade", str(three.directory), "--force"])
    assert result.exit_code == 1
    assert result.stderr.strip().splitlines()[-1] == "Error: The disk is full; make room."


def test_the_command_prints_a_summary_for_scripts(three: Graded, monkeypatch) -> None:
    monkeypatch.setattr(grade, "WorkerPool", lambda *arguments: Here())
    result = CliRunner().invoke(
        cli.main, ["grade", str(three.directory), LESSON, "--student", "two", "--json", "--force"]
    )
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert (summary["graded"], summary["executed"], summary["failed"]) == (1, 1, {})
    assert summary["faults"] == {"flooded": 1}


def test_an_unreadable_notebook_is_named_and_costs_nobody(three: Graded) -> None:
    path = three.directory / "submitted" / "two" / LESSON / f"{LESSON}.ipynb"
    path.write_text("not a notebook")
    summary = graded(three, None, Here())
    assert (summary.graded + summary.unchanged, summary.failed) == (3, {})
    assert "cannot be read" in summary.unreadable.pop(f"two, {LESSON}") and not summary.unreadable
    repairs = three.autograded("two").cells[0]
    assert repairs.id == "repairs" and "What kept this from being graded" in repairs.source


def test_what_lies_in_no_place_to_be_graded_is_named(three: Graded) -> None:
    submitted = three.directory / "submitted"
    stray = submitted / "two" / f"{LESSON}.ipynb"
    shutil.copy(submitted / "two" / LESSON / stray.name, stray)
    (submitted / "four" / LESSON).mkdir(parents=True)
    summary = grade.grade(three.directory, executor=Here())
    empty = f"four, {LESSON}"
    assert summary.failed[empty] == "There is no notebook in its folder."
    name = f"submitted/two/{LESSON}.ipynb"
    assert set(summary.failed) == {empty, name} and "move it to" in summary.failed[name]
    assert summary.graded + summary.unchanged == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--student", "nobody"], "Nothing was handed in by nobody"), (["05"], "for 05 in")],
)
def test_nothing_handed_in_is_said(demo_class: Graded, arguments, words) -> None:
    result = CliRunner().invoke(cli.main, ["grade", str(demo_class.directory), *arguments])
    assert result.exit_code == 1 and words in " ".join(result.stderr.split())


def test_a_folder_that_is_no_class_is_refused(tmp_path) -> None:
    result = CliRunner().invoke(cli.main, ["grade", str(tmp_path)])
    assert result.exit_code == 1 and "is not a class" in result.stderr


@pytest.mark.parametrize(("kind", "again"), [("hung", True), ("died", True), ("flooded", False)])
def test_a_fault_of_the_machine_is_worth_another_try(three, kind, again, monkeypatch) -> None:
    graded(three, "one", Here(), force=True)
    folder = Place("one", LESSON, LESSON).folder(three.directory)
    facts = json.loads((folder / "run.json").read_text())
    facts["faults"][0]["kind"] = kind
    (folder / "run.json").write_text(json.dumps(facts))
    run = read_run(folder)
    assert run is not None and is_worth_another_try(run) is again
    tried: list[object] = []

    def executed(*arguments: object) -> Any:
        tried.append(arguments)
        return run

    monkeypatch.setattr(SealedExecute, "_execute", executed)
    three.grade("one")  # nbgrader's own autograde, which an instructor asked for
    assert bool(tried) is again
    tried.clear()
    (folder.parent / grade.STAMP_FILE).unlink()
    summary = graded(three, "one", Here())  # this one has just run it, and does not run it twice
    assert (summary.graded, summary.reused, tried) == (1, 1, [])
