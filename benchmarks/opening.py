"""How long a learner waits: to import, to open a lesson, to the first check.

    python -m benchmarks.opening [--repeats 5]

- *Import*: fresh interpreters, from their start to their end. What `autograder`, and the `course`,
  add to a Python that does nothing is told beside what TensorFlow adds.
- *Open*: a solved lesson in an ordinary kernel, as JupyterLab starts it: seconds until the kernel
  answers; of the first cell, which imports everything and loads the data; of the first exercise's
  check; and of the same check again. On the clock, from "busy" to "idle" as the kernel dates them.

Medians of the repeats; ratios are to the import of TensorFlow in this run. Prints a table and
writes results/opening.json. Run it on an idle machine.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from subprocess import DEVNULL
from typing import Any

import click
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from autograder.build import SETUP, solved_notebook
from autograder.exercises import LESSONS, check_id, exercises_of
from benchmarks.classes import cell_seconds, machine
from benchmarks.record import command, commit, write

IMPORTS = {
    "python": "pass",
    "autograder": "from autograder import check, hint, progress, solution",
    "course": "import course",
    "tensorflow": "import tensorflow",
}


def import_seconds(statement: str) -> float:
    """Run one statement in a fresh interpreter."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True, stderr=DEVNULL)
    return time.perf_counter() - begun


def opening_seconds(lesson: str) -> dict[str, float]:
    """Open a solved lesson in a fresh kernel, up to its first check. Raises RuntimeError."""
    nb = solved_notebook(lesson)
    first = exercises_of(lesson)[0].id
    cells = {cell.id: cell for cell in nb.cells}
    check = cells[check_id(first)]
    wanted = {
        "first_cell": cells[SETUP],
        "answer": cells[first],
        "first_check": check,
        "check_again": new_code_cell(check.source),
    }
    nb.cells = list(wanted.values())
    client = NotebookClient(nb, timeout=600, shutdown_kernel="immediate")
    begun = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="opening-") as folder,
        client.setup_kernel(cwd=folder, stdout=DEVNULL, stderr=DEVNULL),
    ):
        seconds = {"kernel": time.perf_counter() - begun}
        for index, (name, cell) in enumerate(wanted.items()):
            client.execute_cell(cell, index)
            seconds[name] = cell_seconds(cell)
    return seconds


def medians(rows: list[dict[str, float]]) -> dict[str, float]:
    """Of each figure, the median over the repeats."""
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


@click.command(help=__doc__)
@click.option("--repeats", type=click.IntRange(min=1), default=5, show_default=True)
def main(repeats: int) -> None:
    """Measure, print and keep."""
    result: dict[str, Any] = {"command": command(__file__), "commit": commit(), **machine()}
    imports = medians(
        [{name: import_seconds(of) for name, of in IMPORTS.items()} for _ in range(repeats)]
    )
    added = {name: imports[name] - imports["python"] for name in IMPORTS if name != "python"}
    base = added["tensorflow"]
    rows = {"import": {"python": imports["python"], **added}}
    for lesson in LESSONS:
        rows[lesson] = medians([opening_seconds(lesson) for _ in range(repeats)])
    result["rows"] = {
        name: {
            what: {"seconds": round(value, 3), "of_importing_tensorflow": round(value / base, 3)}
            for what, value in row.items()
        }
        for name, row in rows.items()
    }
    for name, row in result["rows"].items():
        for what, figures in row.items():
            seconds, ratio = figures.values()
            click.echo(f"{name:28}{what:14}{seconds:8.3f} s{ratio:8.2f} of importing TensorFlow")
    write("opening", result)


if __name__ == "__main__":
    main()
