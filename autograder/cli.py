"""The command line: `autograder COMMAND`.

Heavy modules are imported inside the commands that need them, so that `autograder --help` answers
at once. This is the edge where errors that users can put right become one sentence.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import glob
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from autograder.errors import AutograderError
from autograder.language import ENGLISH, VARIABLE, _, speaking

OWN_PACKAGES = ("autograder", "course", "solutions")


class OneSentence(click.Group):
    """A group of commands whose expected failures end in one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what the user can put right into a sentence."""
        try:
            return super().invoke(ctx)
        except AutograderError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None or isinstance(error, BrokenPipeError):
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from error
        except ModuleNotFoundError as error:
            missing = (error.name or "").split(".")[0]
            if not missing or missing in OWN_PACKAGES:
                raise
            raise click.ClickException(
                _(
                    "The Python package {missing} is missing; `autograder doctor` says how to "
                    "install what the course needs."
                ).format(missing=missing)
            ) from error


@contextlib.contextmanager
def _many_imports() -> Iterator[None]:
    """Import without collecting garbage: that takes an eighth of the time, and finds nothing.

    Nor is there a point in collecting once the command has ended.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
    atexit.register(gc.freeze)


@click.group(cls=OneSentence, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="generative-garments", prog_name="autograder")
def main() -> None:
    """Lessons on generative models whose exercises grade themselves."""


directory_argument = click.Path(file_okay=False, path_type=Path)
language_option = click.option(
    "--language",
    default=ENGLISH,
    show_default=True,
    envvar=VARIABLE,
    show_envvar=True,
    help="Language of the lessons.",
)


@main.command()
@click.option("--check", is_flag=True, help="Write nothing; fail if a notebook is out of date.")
def build(check: bool) -> None:
    """Build the notebooks of the lessons."""
    from autograder.build import build_all

    for path in build_all(check=check):
        click.echo(f"wrote {path}")
    if check:
        click.echo("The notebooks are what the sources build.")


@main.command()
@click.argument("directory", type=directory_argument, required=False)
@language_option
@click.option("--copy-only", is_flag=True, help="Copy the lessons, but do not open JupyterLab.")
def lab(directory: Path | None, language: str, copy_only: bool) -> None:
    """Open the lessons in JupyterLab.

    They are copied to DIRECTORY first (default: work, or for another language than English a folder
    in work, so that both can be had). A file that is already there is yours and is never
    overwritten.
    """
    from autograder.lessons import copy_lessons

    with speaking(language):
        if not copy_only and importlib.util.find_spec("jupyterlab") is None:
            raise AutograderError(
                _('JupyterLab is not installed; install it with: pip install "jupyterlab<5"')
            )
        if directory is None:
            directory = Path("work") if language == ENGLISH else Path("work") / language
        for path, is_new in copy_lessons(directory, language):
            text = _("copied {path}") if is_new else _("kept your {path}")
            click.echo(text.format(path=path))
    if not copy_only:
        command = [sys.executable, "-m", "jupyterlab", str(directory)]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # as in a container: Jupyter would refuse
            command.append("--allow-root")
        sys.exit(subprocess.call(command))


@main.command("new-class")
@click.argument("directory", type=directory_argument)
@language_option
@click.option(
    "--points",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that weighs the exercises otherwise than the catalogue.",
)
def new_class(directory: Path, language: str, points: Path | None) -> None:
    """Make an nbgrader class.

    DIRECTORY will hold one assignment per lesson.
    """
    from autograder.classroom import new_class

    new_class.new_class(directory, language, points)


@main.command("update-class")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Also overwrite sources that you changed.")
def update_class(directory: Path, force: bool) -> None:
    """Bring corrected lessons into a class.

    Submissions and grades are kept.
    """
    from autograder.classroom import new_class

    new_class.update_class(directory, force)


@main.command("release-solutions")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("lesson")
def release_solutions(directory: Path, lesson: str) -> None:
    """Let a class see the solutions of LESSON."""
    from autograder.classroom import new_class

    new_class.release_solutions(directory, lesson)


class_argument = click.argument(
    "directory", metavar="CLASS", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
student_option = click.option("--student", metavar="NAME", help="This student alone.")


@main.command()
@class_argument
@click.argument("assignment", required=False)
@student_option
@click.option("--jobs", type=click.IntRange(min=1), help="Notebooks run at the same time.")
@click.option("--dask", metavar="ADDRESS", help="Run them on the Dask cluster of this scheduler.")
@click.option("--force", is_flag=True, help="Run everything again, whatever is stored.")
@click.option("--no-sandbox", is_flag=True, help="Run student code with all your rights.")
@click.option("--json", "as_json", is_flag=True, help="Print a summary for scripts.")
def grade(
    directory: Path,
    assignment: str | None,
    student: str | None,
    jobs: int | None,
    dask: str | None,
    force: bool,
    no_sandbox: bool,
    as_json: bool,
) -> None:
    """Grade what was handed in and is not graded yet.

    Notebooks are run in parallel; grades go into nbgrader's gradebook. A submission that fails
    stops no other. Ctrl-C loses nothing: the same command does the rest. Exit code 1 if a
    submission failed, 130 after Ctrl-C.
    """
    if jobs and dask:
        raise click.UsageError("--jobs is for this machine: a cluster runs one on each worker.")
    # NumPy's own threads are in each other's way: the work is spread over processes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if not dask and not no_sandbox:
        from autograder.sandbox.warm import warm_up

        # It imports TensorFlow while this process imports nbgrader.
        warm_up(tensorflow=_names_tensorflow(directory, assignment, student))
    with _many_imports():
        from rich.console import Console

        from autograder.classroom import grade

    summary = grade.grade(
        directory, assignment, student, jobs=jobs, dask=dask, force=force, sandbox=not no_sandbox
    )
    if as_json:
        click.echo(json.dumps(asdict(summary)))
    else:
        grade.show(summary, Console())
    sys.exit(summary.exit_code)


def _names_tensorflow(directory: Path, assignment: str | None, student: str | None) -> bool:
    """Whether a notebook that was handed in names it; a wrong guess costs seconds, not more."""
    from autograder.sandbox.warm import names_tensorflow

    handed_in = directory / "submitted"
    chosen = (glob.escape(name) if name else "*" for name in (student, assignment))
    for path in handed_in.glob("/".join([*chosen, "*.ipynb"])):
        with contextlib.suppress(OSError):
            if names_tensorflow(path.read_text(encoding="utf-8", errors="replace")):
                return True
    return False


@main.command()
@class_argument
@click.argument("assignment", required=False)
@student_option
@click.option("--yes", is_flag=True, help="Write without asking.")
def rejudge(directory: Path, assignment: str | None, student: str | None, yes: bool) -> None:
    """Judge again from stored evidence, after a change of judges or rubric.

    No student code is run. The differences are shown before anything is written. Make the feedback
    anew afterwards, with `nbgrader generate_feedback`.
    """
    # NumPy's own threads are in each other's way: the work is spread over processes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with _many_imports():
        from rich.console import Console

        from autograder.classroom import rejudge

    judged = rejudge.find_differences(directory, assignment, student)
    if rejudge.show(judged, Console()) and (yes or click.confirm("Write this to the gradebook?")):
        click.echo(f"{rejudge.write(directory, judged)} submissions written.")


@main.command()
@class_argument
def report(directory: Path) -> None:
    """Show how a class fares: a page, and a table for your own analysis.

    They are written to report.html and grades_by_exercise.csv in CLASS.
    """
    from autograder.classroom import overview

    for path in overview.write_report(directory):
        click.echo(f"wrote {path}")


@main.command()
@click.argument("directory", type=directory_argument, required=False)
@language_option
def demo(directory: Path | None, language: str) -> None:
    """Grade a class of made-up students.

    The class is made in DIRECTORY (default: a new scratch folder).
    """
    from autograder.demo import run_demo

    run_demo(directory or Path(tempfile.mkdtemp(prefix="garments-demo-")), language)


@main.command()
def doctor() -> None:
    """Examine this machine.

    One line per thing that the course leans on, and what to do about a fault.
    """
    from autograder.doctor import examine, show

    sys.exit(show(examine(Path.cwd())))
