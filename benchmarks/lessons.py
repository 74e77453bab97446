"""Run every lesson's solved notebook from top to bottom, as a learner does, on the real data.

    python -m benchmarks.lessons [--lesson 03_variational_autoencoder ...]

Prints a table, writes results/lessons.json, and leaves the executed notebooks and a page of each in
build/lessons, to be looked at. Exits with 1 if a cell raised or a check did not pass. Times are
told, not judged: they belong to the machine. Run it from the checkout's top folder, on an idle
machine.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from importlib.metadata import version
from typing import Any

import click
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from tqdm import tqdm

from autograder.build import solved_notebook
from autograder.exercises import LESSONS, check_id, exercises_of
from benchmarks.record import ROOT, commit
from course import load_fashion_mnist

PAGES = ROOT / "build" / "lessons"
RESULTS = ROOT / "benchmarks" / "results" / "lessons.json"


def run(lesson: str) -> dict[str, Any]:
    """Execute one solved notebook in a fresh kernel; return its times and what went wrong."""
    nb = solved_notebook(lesson)
    folder = PAGES / lesson
    folder.mkdir(parents=True, exist_ok=True)
    bar = tqdm(total=len(nb.cells), desc=lesson, file=sys.stdout)
    client = NotebookClient(
        nb,
        timeout=1800,
        allow_errors=True,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
        on_cell_complete=lambda cell, cell_index: bar.update(cell_index + 1 - bar.n),
    )
    before, began = processor_seconds(), time.perf_counter()
    client.execute()
    seconds = time.perf_counter() - began
    bar.close()
    nbformat.write(nb, PAGES / f"{lesson}.ipynb")
    page, _ = HTMLExporter().from_notebook_node(nb)
    (PAGES / f"{lesson}.html").write_text(page, encoding="utf-8")
    cells = {cell.id: cell for cell in nb.cells}
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor_seconds() - before, 1),
        "cells": len(nb.cells),
        "pictures": sum("<img" in page_of(data) for data in outputs(nb)),
        "pictures_without_alt_text": sum(
            "image/png" in data or ("<img" in page_of(data) and ' alt="' not in page_of(data))
            for data in outputs(nb)
        ),
        "raised": [
            f"{cell.id}: {output.ename}: {output.evalue}"
            for cell in nb.cells
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        ],
        "not_passed": [
            exercise.id
            for exercise in exercises_of(lesson)
            if float(cells[check_id(exercise.id)].outputs[0].data["text/plain"]) != exercise.points
        ],
    }


def outputs(nb: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """The rich outputs of a notebook."""
    return [
        output.data for cell in nb.cells for output in cell.get("outputs", []) if "data" in output
    ]


def page_of(data: dict[str, Any]) -> str:
    """The HTML of one output; empty if it has none."""
    return "".join(data.get("text/html", ""))


def processor_seconds() -> float:
    """Seconds that ended child processes have worked, on all cores."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@click.command()
@click.option("--lesson", "lessons", multiple=True, type=click.Choice(LESSONS), default=LESSONS)
def main(lessons: tuple[str, ...]) -> None:
    """Run the lessons and write what they took."""
    data = load_fashion_mnist()
    if data.is_toy:
        raise click.ClickException(
            "The lessons' numbers are Fashion-MNIST's; set FASHION_MNIST_DIR."
        )
    measured_commit = commit()
    rows = {lesson: run(lesson) for lesson in lessons}
    report = {
        "command": " ".join(["python -m benchmarks.lessons", *sys.argv[1:]]),
        "commit": measured_commit,
        "data": data.name,
        "cores": os.cpu_count(),
        "load_average_at_the_end": round(os.getloadavg()[0], 1),
        "versions": {name: version(name) for name in ("keras", "numpy", "nbclient")}
        | {"python": platform.python_version()},
        "lessons": rows,
    }
    RESULTS.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for lesson, row in rows.items():
        faults = row["raised"] + [f"{name} did not pass" for name in row["not_passed"]]
        click.echo(
            f"{lesson:28}{row['seconds']:8.1f} s{row['processor_seconds']:8.1f} processor s  "
            + ("; ".join(faults) or "all passed")
        )
    if any(row["raised"] or row["not_passed"] for row in rows.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
