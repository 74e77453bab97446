"""From a stored run to verdicts, and from verdicts to the cells of a graded notebook.

Nothing is executed here, and what the kernel printed or returned in a catalogue check counts for
nothing: its outputs are replaced by exactly one result, whose text/plain is the number that
nbgrader reads as the score.
"""

from __future__ import annotations

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.classroom.cells import catalogue_exercise, is_grade
from autograder.classroom.store import Fault, StoredRun, unreadable
from autograder.judges import judge
from autograder.kernel.challenge import Challenge
from autograder.kernel.evidence import Evidence, EvidenceError
from autograder.kernel.record import RecordError
from autograder.language import N_, _
from autograder.report import VERDICT_MIME, card_html
from autograder.verdict import Verdict, no_evidence, scaled, with_remark

CHECKER_FAILED = N_(
    "The checker itself failed on this answer. That is our fault and costs you nothing: your "
    "instructor grades it by hand."
)

UNSEALED = N_(
    '<p style="opacity:.7"><small>unsealed: graded by nbgrader inside the notebook\'s own kernel, '
    "not by the course's checks</small></p>"
)


def judge_run(run: StoredRun, exercise: str) -> Verdict:
    """Judge what a stored run left of one exercise; no evidence gives no points.

    What went wrong in its cells while the notebook ran is told to the student.

    Raises:
        StoreError: the challenge or the executed notebook, which are ours, cannot be read.
    """
    happened = " ".join(
        _what_happened(run, fault) for fault in run.faults if fault.exercise == exercise
    )
    path = run.evidence_path(exercise)
    if not path.exists():
        message = _("The check left no evidence, so it earns no points.")
        if happened:
            return no_evidence(exercise, f"{message} {happened}", "resource_limit")
        return no_evidence(exercise, f"{message} {last_error(run.notebook(), exercise)}")
    try:
        challenge = Challenge.load(run.challenge_path(exercise))
    except RecordError as error:
        raise unreadable(run.challenge_path(exercise), error) from error
    try:
        verdict = judge(exercise, challenge, Evidence.load(path))
    except EvidenceError as error:
        message = _("The evidence of this check is unreadable: {fault}.").format(fault=error)
        verdict = no_evidence(exercise, message)
    return verdict if verdict.passed else with_remark(verdict, happened)


def _what_happened(run: StoredRun, fault: Fault) -> str:
    """Tell of a fault in a cell of an exercise, named as its student would name it."""
    text = _("What happened in the cell of your answer: {fault}")
    if catalogue_exercise(run.notebook().cells[fault.cell]) is not None:
        text = _("What happened in the check: {fault}")
    return text.format(fault=fault.message)


def show_run(nb: NotebookNode, run: StoredRun) -> None:
    """Put the outputs and verdicts of a run into the submission that it executed, in place."""
    copy_outputs(run.notebook(), nb)
    for cell in nb.cells:
        exercise = catalogue_exercise(cell)
        if exercise is not None:
            set_verdict(cell, judge_run(run, exercise))
        elif cell.cell_type == "code" and is_grade(cell):
            cell.outputs.append(new_output("display_data", {"text/html": _(UNSEALED)}))


def copy_outputs(executed: NotebookNode, nb: NotebookNode) -> None:
    """Copy the outputs of one notebook to another one with the same code cells, in place."""
    before = [cell for cell in executed.cells if cell.cell_type == "code"]
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    for source, cell in zip(before, cells, strict=True):
        cell.outputs = copy.deepcopy(source.outputs)
        cell.execution_count = source.execution_count


def last_error(nb: NotebookNode, exercise: str) -> str:
    """Return what went wrong at or before a check, as one sentence; empty if nothing did."""
    upto = next(i for i, cell in enumerate(nb.cells) if catalogue_exercise(cell) == exercise)
    for index in range(upto, -1, -1):
        for output in nb.cells[index].get("outputs", []):
            if output.output_type == "error":
                text = one_line(f"{output.ename}: {output.evalue}")
                where = _("An earlier cell stopped with {error}")
                if index == upto:
                    where = _("The check stopped with {error}")
                return where.format(error=text)
    return ""


def one_line(text: str) -> str:
    """Return a text on one line, at most 200 characters long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else f"{flat[:199]}…"


def set_verdict(cell: NotebookNode, verdict: Verdict) -> None:
    """Replace a check cell's outputs by one result: card, points, verdict.

    The points are the fraction earned times the cell's points, which nbgrader took from its
    gradebook. They are finite and never above those, which nbgrader would refuse. Where the checker
    itself failed, a person is going to give the points: see `score`.
    """
    maximum = float(cell.metadata.nbgrader["points"])
    data = {
        "text/html": card_html(scaled(verdict, maximum), waits=verdict.faulty),
        "text/plain": repr(score(verdict, maximum) or 0.0),
        VERDICT_MIME: verdict.to_dict(),
    }
    count = cell.execution_count or 1
    cell.outputs = [new_output("execute_result", data, execution_count=count)]


def score(verdict: Verdict, max_score: float) -> float | None:
    """Return what the gradebook gets for a verdict, or None: a person has to grade this.

    A fault of ours must not cost an honest student points. It must not give any either: whoever can
    make a judge stumble, with evidence that she forged, would earn them.
    """
    if verdict.faulty:
        return None
    fraction = verdict.points / verdict.max_points if verdict.max_points else 0.0
    return max_score * min(max(fraction, 0.0), 1.0)


def comment_line(verdict: Verdict | None) -> str | None:
    """Return one line for the comment on an answer: a misconception, or what broke off."""
    if verdict is None:
        return None
    if verdict.faulty:
        return _(CHECKER_FAILED)
    for criterion in verdict.criteria:
        if criterion.misconception or criterion.outcome == "resource_limit":
            return " ".join(f"{_(criterion.name)}: {criterion.message}".split())
    return None
