"""nbgrader's own tests of autograding, run from the installed package in a configured course.

A course of the instructor's own notebooks (nbgrader's test files), graded with this project's
settings: what nbgrader promises must hold there, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.tests.apps.conftest import course_dir, db
from nbgrader.tests.apps.test_nbgrader_autograde import TestNbGraderAutograde as Stock

from autograder.classroom.files import ClassFile, write_class, write_secret

__all__ = ["course_dir", "db"]

CONFIG = """
from pathlib import Path
from autograder.classroom.config import configure
c = get_config()
configure(c, Path({!r}))
"""


@pytest.fixture
def temp_cwd(course_dir: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """In place of nbgrader's fixture of this name: the configuration is that of a class."""
    # nbgrader's run_nbgrader puts a plain dictionary in the place of os.environ.
    monkeypatch.setattr(os, "environ", os.environ)
    monkeypatch.chdir(tmp_path)
    write_class(Path(course_dir), ClassFile("course", "en", {}, {}, {}))
    write_secret(Path(course_dir))
    Path("nbgrader_config.py").write_text(CONFIG.format(course_dir))
    return str(tmp_path)


# What nbgrader's tests ask for that a class of this course does otherwise, on purpose.
NOT_APPLICABLE = {
    "test_handle_failure": "a marked cell that was never handed out makes nbgrader fail; repair "
    "takes its mark off, and the submission is graded",
    "test_handle_failure_single_notebook": "the same",
    "test_side_effects": "files that a submission writes lie in its sandbox, and vanish with it",
    "test_missing_source_kernelspec": "a sealed kernel is always this Python, whatever kernel a "
    "notebook names, or none",
    "test_incorrect_source_kernelspec": "the same",
    "test_many_students": "nbgrader skips it: it needs a PostgreSQL server set up by hand",
    "test_infinite_loop_with_output": "nbgrader skips it: it takes too much time and memory",
}

# These run each time: grading with comments, and outputs of the student's own.
SAMPLE = {"test_grade", "test_no_execute"}

ALL = {name for name in dir(Stock) if name.startswith("test_")}


def _only(tests: type, names: set[str]) -> None:
    """Leave only some of the inherited tests in a class."""
    for name in ALL - names:
        setattr(tests, name, None)


class TestSample(Stock):
    """Some of nbgrader's tests."""


@pytest.mark.slow
class TestTheOthers(Stock):
    """The other tests of nbgrader that apply."""


_only(TestSample, SAMPLE)
_only(TestTheOthers, ALL - SAMPLE - set(NOT_APPLICABLE))


def test_every_test_that_is_left_out_exists() -> None:
    assert set(NOT_APPLICABLE) | SAMPLE < ALL
    assert len(ALL) >= 40
