"""What a learner calls in a notebook: check, hint, solution, progress, and the magic %%needs."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Any

from autograder.errors import AutograderError
from autograder.exercises import EXERCISES, LESSONS, Exercise, exercises_of
from autograder.kernel.gather import gather, gather_sealed, sealed_exchange
from autograder.language import _, current_language
from autograder.verdict import Verdict

_HINT_STAGES = 3
_NEEDS = "%%needs"

_MISSING = object()

# The exercises that passed their check in this kernel: demonstrations build on them.
_passed_here: set[str] = set()


class Card:
    """Something to show: HTML in a notebook, text elsewhere."""

    def __init__(self, html: str, text: str) -> None:
        self._html, self._text = html, text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._html, "text/plain": self._text}

    def __repr__(self) -> str:
        return self._text


def check(exercise_id: str = "", answer: Any = _MISSING) -> Verdict | Card:
    """Check an answer, show its card, and return the verdict.

    `exercise_id` is the exercise's name, `answer` the object that the student wrote: any callable.
    Whatever the answer does, the card says so; nothing is raised for it, but for an interruption by
    the user. Raises AutograderError for a name that is not in the catalogue, or without an answer.

    In a sealed kernel (an instructor's grading run) evidence is left for the grading process, and
    a receipt comes back in place of a verdict.
    """
    if answer is _MISSING:
        name = _exercise(getattr(exercise_id, "__name__", exercise_id)).id
        text = _('Name the exercise and give your answer: check("{name}", {name}).')
        raise AutograderError(text.format(name=name))
    exercise = _exercise(exercise_id)
    exchange = sealed_exchange()
    if exchange is not None:
        gather_sealed(exercise.id, answer, exchange)
        return Card(f"<p>Evidence for <code>{exercise.id}</code> was recorded.</p>", "0")
    from autograder.classroom.files import class_points
    from autograder.judges import PUBLIC_SEED
    from autograder.progress import note_check
    from autograder.verdict import scaled

    verdict = check_with_seed(exercise.id, answer, PUBLIC_SEED)
    (_passed_here.add if verdict.passed else _passed_here.discard)(exercise.id)
    note_check(Path.cwd(), verdict)
    return scaled(verdict, class_points(Path.cwd()).get(exercise.id, verdict.max_points))


def check_with_seed(exercise_id: str, answer: Any, seed: int) -> Verdict:
    """The verdict on an answer to the challenge of another seed; nothing is shown or kept."""
    from autograder.judges import draw_challenge, judge

    challenge = draw_challenge(exercise_id, seed)
    return judge(exercise_id, challenge, gather(exercise_id, answer, challenge))


def hint(exercise_id: str = "") -> Card:
    """Open the next hint of an exercise; show it and those before it.

    The first is a question that names the concept, the second gives shapes and a worked number,
    the third a skeleton that lacks one line. Those after the first open once a genuine attempt has
    failed its check. Hints cost nothing.
    """
    from autograder.progress import changed_progress
    from autograder.report import text_card_html
    from autograder.texts import exercise_text

    exercise = _exercise(exercise_id)
    text = exercise_text(exercise.id)
    with changed_progress(Path.cwd(), exercise.id) as entry:
        may_open = _HINT_STAGES if entry.failures or entry.passed else 1
        entry.hints = max(1, min(entry.hints + 1, may_open))
        opened = entry.hints
    heading = _("**Hint {stage}.**")
    shown = [
        f"{heading.format(stage=stage)} {text.hints[stage - 1]}" for stage in range(1, opened + 1)
    ]
    if opened < _HINT_STAGES:
        more = _('`hint("{name}")` again opens more, after you have tried and checked.')
        if may_open > opened:
            more = _('`hint("{name}")` again opens the next hint.')
        shown.append(more.format(name=exercise.id))
    body = "\n\n".join(shown)
    title = _("{title}: hint {opened} of {stages}")
    title = title.format(title=text.title, opened=opened, stages=_HINT_STAGES)
    return Card(text_card_html(title, body), body)


def solution(exercise_id: str = "", give_up: bool = False) -> Card:
    """Show the published solution, after the check has passed or with `give_up=True`.

    Raises AutograderError before that, in a class whose instructor has not released the solutions,
    and where the solutions are not installed.
    """
    from autograder.build import function_source, solution_path, without_solution_marks
    from autograder.classroom.files import MARK_FILE, solutions_released
    from autograder.progress import changed_progress
    from autograder.report import text_card_html
    from autograder.texts import exercise_text

    exercise = _exercise(exercise_id)
    folder = Path.cwd()
    path = solution_path(exercise.lesson)
    if (folder / MARK_FILE).exists():
        if not solutions_released(folder):
            raise AutograderError(
                _(
                    "This notebook belongs to a class; its instructor has not released the "
                    "solutions."
                )
            )
        path = folder / "solutions" / f"{exercise.lesson}.py"
    with changed_progress(folder, exercise.id) as entry:
        passed = entry.passed or exercise.id in _passed_here
        if not (passed or give_up):
            raise AutograderError(
                _(
                    "{name} has not passed its check yet; to see the solution all the same, "
                    'call solution("{name}", give_up=True).'
                ).format(name=exercise.id)
            )
        entry.gave_up = entry.gave_up or (give_up and not entry.passed)
    if not path.exists():
        raise AutograderError(
            _(
                "The solution of {name} is not installed here; it is in the folder "
                "solutions of the course's repository."
            ).format(name=exercise.id)
        )
    module = path.read_text(encoding="utf-8")
    source = without_solution_marks(function_source(module, exercise.id, path.name))
    body = f"```python\n{source}\n```\n\n{exercise_text(exercise.id).explanation}"
    if not passed:
        body += "\n\n" + _(
            "To go on with it, copy it into your own cell, run that and check it: demonstrations "
            "further down wait for the check."
        )
    title = _("A solution of {name}").format(name=exercise.id)
    return Card(text_card_html(title, body), source)


def progress() -> Card:
    """Show the points of every exercise so far, lesson by lesson, and the sum."""
    from autograder.progress import ExerciseProgress, read_progress
    from autograder.report import text_card_html

    table = read_progress(Path.cwd())
    lines = [_("| exercise | points | checks | hints | |"), "|---|---|---|---|---|"]
    earned = 0.0
    for lesson in LESSONS:
        lines.append(f"| **{lesson}** | | | | |")
        for exercise in exercises_of(lesson):
            entry = table.get(exercise.id, ExerciseProgress())
            earned += entry.best
            state = _("in work") if entry.checks else _("to do")
            if entry.passed:
                state = _("✓ passed")
            lines.append(
                f"| {exercise.id} | {entry.best:g} / {exercise.points} | {entry.checks} "
                f"| {entry.hints} | {state} |"
            )
    total = sum(exercise.points for exercise in EXERCISES.values())
    body = "\n".join(lines)
    title = _("Your progress: {earned:g} of {total} points").format(earned=earned, total=total)
    return Card(text_card_html(title, body), body)


def _exercise(exercise_id: object) -> Exercise:
    if isinstance(exercise_id, str) and exercise_id in EXERCISES:
        return EXERCISES[exercise_id]
    near = difflib.get_close_matches(str(exercise_id)[:80], EXERCISES, n=1)
    text = _("There is no exercise called {name!r}: take one of {names}.")
    if exercise_id == "":
        text = _("Name an exercise: one of {names}.")
    if near:
        text = _("There is no exercise called {name!r}: did you mean “{near}”?")
    names = ", ".join(EXERCISES)
    raise AutograderError(
        text.format(name=str(exercise_id)[:80], names=names, near=next(iter(near), ""))
    )


def _gate_demonstrations(lines: list[str]) -> list[str]:
    """IPython input transformer: `%%needs a b` lets a cell run once a and b passed their check.

    A cell whose exercises are still open becomes a sentence that says so: Run All goes on.
    """
    if not lines or not lines[0].startswith(_NEEDS):
        return lines
    missing = [name for name in lines[0][len(_NEEDS) :].split() if name not in _passed_here]
    if not missing:
        return ["\n", *lines[1:]]
    sentence = _(
        "This demonstration needs {names}: solve and check, then run this cell again."
    ).format(names=_(" and ").join(missing))
    return [f"print({sentence!r})\n"]


def _install_magic() -> None:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        transformers = shell.input_transformers_cleanup
        if _gate_demonstrations not in transformers:
            transformers.append(_gate_demonstrations)


_install_magic()
if sealed_exchange() is None:
    current_language()  # an unknown AUTOGRADER_LANGUAGE is told at once, not by a check
