"""nbgrader's own API of a class, its settings included, made fit for many submissions in a row."""

from __future__ import annotations

import functools
import json
import os
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from autograder.classroom.config import find_alembic
from autograder.classroom.files import CONFIG_FILE


def load_config(directory: Path) -> Any:
    """Load the class's own nbgrader_config.py, the instructor's settings included."""
    from traitlets.config import PyFileConfigLoader

    return PyFileConfigLoader(CONFIG_FILE, path=str(directory)).load_config()


@contextmanager
def nbgrader_api(directory: Path) -> Iterator[Any]:
    """Give nbgrader's API for a class; restores the working directory afterwards."""
    import nbgrader.api as database
    import nbgrader.nbgraderformat.common as metadata
    from nbgrader.apps import NbGraderAPI

    find_alembic()
    before, tables = Path.cwd(), database.Base.metadata
    try:
        # nbgrader opens the gradebook a dozen times for one submission, and checks the schema of
        # its own metadata at every cell. A new engine each time compiles every statement anew,
        # and leaves something behind that is never freed.
        with (
            replaced(database, "create_engine", functools.cache(database.create_engine)),
            replaced(database, "inspect", _inspected_once(database.inspect)),
            replaced(database.Gradebook, "check_course", _once(database.Gradebook.check_course)),
            replaced(tables, "create_all", functools.cache(tables.create_all)),
            replaced(metadata, "jsonschema", SimpleNamespace(validate=_validate)),
            warnings.catch_warnings(),
        ):
            # nbgrader's own, on SQLAlchemy 2.1; nothing is lost.
            warnings.filterwarnings("ignore", "Object of type .* not in session")
            yield NbGraderAPI(config=load_config(directory))
    finally:
        os.chdir(before)


def _once(check_course: Callable[..., Any]) -> Callable[..., None]:
    """Do as `Gradebook.check_course`, which puts the course's name into a database, but once."""
    known: set[Any] = set()

    def checked(gradebook: Any, course_id: str) -> None:
        if (gradebook.engine, course_id) not in known:
            check_course(gradebook, course_id)
            known.add((gradebook.engine, course_id))

    return checked


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Let an attribute have another value for a while."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _inspected_once(inspect: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Do as SQLAlchemy's `inspect`, but look only once at a database that has tables."""
    known: dict[Any, Any] = {}

    def inspected(engine: Any) -> Any:
        inspector = known.get(engine) or inspect(engine)
        if inspector.get_table_names():  # which an inspector remembers
            known[engine] = inspector
        return inspector

    return inspected


def _validate(instance: Any, schema: dict[str, Any]) -> None:
    """Do as jsonschema's function of that name, but check each schema once."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator(json.dumps(schema)).iter_errors(instance))
    if error is not None:
        raise error


@functools.cache
def _validator(schema: str) -> Any:
    from jsonschema.validators import validator_for

    told = json.loads(schema)
    of_its_version = validator_for(told)
    of_its_version.check_schema(told)
    return of_its_version(told)


def failure_reason(result: dict[str, Any]) -> str:
    """Return the line in which an nbgrader API result says what went wrong."""
    text = f"{result.get('log') or ''}\n{result.get('error', '')}"
    lines = [line.strip() for line in text.splitlines()]
    raised = [line for line in lines if re.match(r"^[\w.]*(Error|Exception): ", line)]
    reason = raised[0] if raised else next(filter(None, reversed(lines)), "no reason was given")
    return re.sub(r"^[\w.]+: ", "", reason)
