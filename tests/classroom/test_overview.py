"""The instructor's report: what it counts, whom it suspects, and that it stands alone."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder import cli
from autograder.classroom.graded import Graded as Told
from autograder.classroom.judging import judge_run
from autograder.classroom.overview import Submission, suspicions
from autograder.classroom.store import Fault, Place, StoredRun, StoreError, save_run
from autograder.demo import STUDENTS
from autograder.exercises import EXERCISES, LESSONS
from autograder.judges import draw_challenge
from autograder.kernel.evidence import Evidence
from autograder.kernel.gather import gather
from autograder.kernel.student import describe_answer

from .conftest import LESSON, Graded

CHALLENGES = {"scale_images": draw_challenge("scale_images", 3)}
RECEIPT = new_output("execute_result", {"text/plain": "0", "text/html": "<p>Evidence…</p>"})
DIED = "This cell ended the kernel."


def run_with(
    tmp_path: Path, *outputs: object, evidence: bool = True, fault: Fault | None = None
) -> StoredRun:
    """A run of an answer and its check, with what the check showed and left."""
    left = {}
    if evidence:
        gathered = gather("scale_images", None, CHALLENGES["scale_images"])
        gathered.save(tmp_path / "gathered")
        left["scale_images"] = (tmp_path / "gathered").read_bytes()
    marks = {"grade_id": "scale_images", "solution": True, "grade": False}
    answered = new_code_cell("scale_images = None", metadata={"nbgrader": marks})
    marks = {"grade_id": "check-scale_images", "solution": False, "grade": True, "points": 1}
    check = new_code_cell("check()", metadata={"nbgrader": marks}, execution_count=2)
    check.outputs = list(outputs)
    nb = new_notebook(cells=[answered, check])
    folder = Place("ada", LESSON, LESSON).folder(tmp_path)
    faults = [fault] if fault else []
    return save_run(folder, "key", json.dumps(nb), CHALLENGES, left, faults, [], 1.0)


def suspected(run: StoredRun) -> list[str]:
    return list(suspicions(run, "scale_images", run.notebook()))


def test_an_honest_check_is_not_suspected(tmp_path: Path) -> None:
    noise = new_output("stream", name="stderr", text="a warning")
    assert suspected(run_with(tmp_path, noise, RECEIPT)) == []


def test_an_honest_failure_is_not_suspected(tmp_path: Path) -> None:
    failed = new_output("error", ename="NameError", evalue="check", traceback=[])
    assert suspected(run_with(tmp_path, failed, evidence=False)) == []


@pytest.mark.parametrize("index", [0, 1])
def test_a_lost_kernel_is_not_suspected_and_the_verdict_says_what_happened(
    tmp_path: Path, index: int
) -> None:
    fault = Fault(index, "scale_images", "died", DIED)
    run = run_with(tmp_path, evidence=False, fault=fault)
    assert suspected(run) == []
    (criterion,) = judge_run(run, "scale_images").criteria
    assert criterion.outcome == "resource_limit" and criterion.points == 0
    where = ("the cell of your answer", "the check")[index]
    assert criterion.message.endswith(f"What happened in {where}: {DIED}")


def test_what_ended_an_answers_cell_is_told_where_its_check_failed(tmp_path: Path) -> None:
    run = run_with(tmp_path, RECEIPT, fault=Fault(0, "scale_images", "died", DIED))
    first = judge_run(run, "scale_images").criteria[0]
    assert first.outcome == "fail" and first.message.endswith(DIED)


def test_a_check_out_of_time_is_told_but_once(tmp_path: Path) -> None:
    for fault in (None, Fault(1, "scale_images", "hung", "It hung.")):
        run = run_with(tmp_path, RECEIPT, fault=fault)
        facts = {"answer": describe_answer(len), "stopped": "time"}
        Evidence({}, facts).save(run.evidence_path("scale_images"))
        told = Told({"scale_images": judge_run(run, "scale_images")}, ())
        place = Place("ada", LESSON, LESSON)
        ((cell, exercise, why),) = Submission(place, run, told).stops
        assert exercise == "scale_images"
        assert (cell, why) == (2, "It hung.") if fault else cell is None and "still running" in why


@pytest.mark.parametrize(
    ("outputs", "evidence", "words"),
    [
        ([new_output("execute_result", {"text/plain": "1000"})], True, "“1000” in place of"),
        ([RECEIPT, new_output("display_data", {"text/plain": "1"})], True, "“0, 1” in place of"),
        ([], False, "“nothing” in place of"),
        ([RECEIPT], False, "but there is no evidence"),
    ],
)
def test_what_no_check_shows_is_suspected(tmp_path, outputs, evidence, words) -> None:
    (found,) = suspected(run_with(tmp_path, *outputs, evidence=evidence))
    assert words in found


def test_malformed_evidence_is_suspected_and_earns_nothing(tmp_path: Path) -> None:
    run = run_with(tmp_path, RECEIPT)
    run.evidence_path("scale_images").write_bytes(b"\x80\x04forged")
    (found,) = suspected(run)
    assert "not what a check writes" in found
    assert judge_run(run, "scale_images").points == 0


def test_a_damaged_challenge_is_our_fault_and_stops_the_judging(tmp_path: Path) -> None:
    run = run_with(tmp_path, RECEIPT)
    run.challenge_path("scale_images").write_bytes(b"")
    with pytest.raises(StoreError, match=r"challenges/scale_images.safetensors cannot be read"):
        judge_run(run, "scale_images")


# ------------------------------------------------------------------------------- a graded class


@pytest.fixture(scope="module")
def reported(demo_class: Graded) -> Graded:
    result = CliRunner().invoke(cli.main, ["report", str(demo_class.directory)])
    assert result.exit_code == 0, result.output
    return demo_class


@pytest.mark.xdist_group("class")
def test_the_page_shows_every_student_exercise_and_misconception(reported: Graded) -> None:
    text = (reported.directory / "report.html").read_text()
    page = BeautifulSoup(text, "html.parser")
    titles = {field["title"] for field in page.select(".map td[title]")}
    for student in STUDENTS:
        for exercise, verdict in reported.verdicts[student.name].items():
            (title,) = (t for t in titles if t.startswith(f"{student.name}, {exercise}: "))
            for name in verdict.misconceptions:
                assert name.replace("_", " ") in title
    assert [heading.text for heading in page.select("h2")][: len(LESSONS)] == list(LESSONS)
    rows = {row.td.text: row for row in page.select(".list tbody tr") if row.find("ul")}
    assert "1 × divided by maximum" in rows["scale_images"].text
    # It stands alone: nothing is fetched, nothing runs.
    assert not page.select("script, link, img, iframe")
    assert "http" not in text


@pytest.mark.xdist_group("class")
def test_the_table_has_one_row_a_student_and_exercise(reported: Graded) -> None:
    with (reported.directory / "grades_by_exercise.csv").open(newline="") as file:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(file)}
    for student in STUDENTS:
        for exercise in EXERCISES:
            row, verdict = rows[student.name, exercise], reported.verdicts[student.name][exercise]
            assert float(row["points"]) == pytest.approx(verdict.points)
            assert row["misconceptions"] == "; ".join(verdict.misconceptions)
            assert row["outcomes"].count(": ") >= len(verdict.criteria)
            assert (row["suspicions"], row["faults"]) == ("", "")


@pytest.mark.xdist_group("class")
def test_a_class_without_runs_is_told_to_grade_first(reported: Graded, tmp_path: Path) -> None:
    shutil.copy(reported.directory / "class.json", tmp_path)
    result = CliRunner().invoke(cli.main, ["report", str(tmp_path)])
    assert result.exit_code == 1 and "grade first" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["class.json"]
