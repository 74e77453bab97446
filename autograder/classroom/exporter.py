"""Where repair enters nbgrader: the exporter with which `nbgrader autograde` reads submissions.

`Autograde.exporter_class` is a documented setting, and the one place early enough. Preprocessors
come too late: the exporter has read the file by then, and nbgrader has set aside every notebook
that is not called as the released one. nbgrader makes its exporter after it has listed the
submitted notebooks and before it looks at their names, so that a renamed notebook is listed here
under the name that it should have. What lies in submitted/ is only read.
"""

from __future__ import annotations

import stat
from difflib import SequenceMatcher
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.classroom.files import class_language
from autograder.classroom.reading import MAX_BYTES, too_large
from autograder.classroom.repair import answers_in, repair, unreadable
from autograder.classroom.repair_log import Repair, attach_repairs, noted, shown
from autograder.language import _, speaking


class RepairingExporter(NotebookExporter):
    """Write notebooks as nbgrader does, each submission rebuilt on the released notebook."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Path as nbgrader asks for it → the file to read in its place, and why.
        self._chosen: dict[str, tuple[Path, list[Repair]]] = {}
        autograde: Any = self.parent
        course = self._course = autograde.coursedir
        self._language = class_language(Path(course.root))
        for folder, listed in autograde.assignments.items():
            names = autograde.init_single_notebook_resources(str(Path(folder, "any.ipynb")))
            releases = {
                path.name: path
                for path in release_folder(course, names["nbgrader"]["assignment"]).glob("*.ipynb")
                if fnmatch(path.stem, course.notebook_id)
            }
            with speaking(self._language):
                choice = choose_files(sorted(map(Path, listed)), releases)
            wanted = {str(Path(folder, name)): chosen for name, chosen in choice.items()}
            used = {str(path) for path, _repairs in wanted.values()} - set(wanted)
            self._chosen |= {path: (Path(path), []) for path in listed} | wanted
            autograde.assignments[folder] = sorted({*listed, *wanted} - used)

    def from_filename(
        self, filename: str, resources: Any = None, **kwargs: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Read and convert a notebook: repaired if it is a submission, else as it is."""
        if filename not in self._chosen:  # the second pass reads what the first has written
            converted: tuple[Any, dict[str, Any]] = super().from_filename(
                filename, resources, **kwargs
            )
            return converted
        file, repairs = self._chosen[filename]
        assignment = resources["nbgrader"]["assignment"]
        path = release_folder(self._course, assignment) / Path(filename).name
        with speaking(self._language):
            nb, found = repair_file(file, read_release(path, assignment))
            repairs = repairs + found
            for entry in repairs:
                self.log.warning("%s: %s", filename, entry["message"])
            attach_repairs(nb, repairs)
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        return self.from_notebook_node(nb, resources, **kwargs)


def release_folder(course: CourseDirectory, assignment: str) -> Path:
    """Return where the released notebooks of an assignment lie."""
    return Path(course.format_path(course.release_directory, ".", assignment))


def read_release(path: Path, assignment: str) -> NotebookNode:
    """Read a released notebook.

    Raises:
        NbGraderException: it is missing.
    """
    if not path.is_file():
        raise NbGraderException(
            f"{path} is missing; run `nbgrader generate_assignment {assignment}` and grade again."
        )
    return nbformat.read(path, as_version=4)


def repair_file(path: Path, release: NotebookNode) -> tuple[NotebookNode, list[Repair]]:
    """Rebuild a submitted file on the released notebook, whatever the file is.

    A link could lead to another student's notebook or to the sources, and a pipe has no end: what
    is not a plain file is not read.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return unreadable(path.name, _("it is a link or a folder, not a file"), release)
        if status.st_size > MAX_BYTES:
            return unreadable(path.name, too_large(), release)
        data = path.read_bytes()
    except OSError as error:
        return unreadable(path.name, str(error.strerror), release)
    return repair(data, release, path.name)


def choose_files(
    listed: list[Path], releases: dict[str, Path]
) -> dict[str, tuple[Path, list[Repair]]]:
    """Choose which of the notebooks in a submission's folder is graded as which released one.

    The one that is called so, unless it holds no answers and another does. If there is none, the
    one with the most answers. If none holds any, the name decides, where one notebook was asked.

    Args:
        listed: the notebooks in the folder.
        releases: name of each released notebook → where it lies.

    Returns:
        Name of a released notebook → file, repairs. A notebook that was not handed in has none.
    """
    by_name = {path.name: path for path in listed}
    spare = [path for path in listed if path.name not in releases]
    if not spare:
        return {name: (path, []) for name, path in by_name.items()}
    chosen: dict[str, tuple[Path, list[Repair]]] = {}
    for name, release_path in releases.items():
        own = by_name.get(name)
        release = nbformat.read(release_path, as_version=4)
        answers = {
            path: answers_in(repair_file(path, release)[0], release)
            for path in [*spare, *([own] if own else [])]
        }
        # Of equally many answers, the likest name.
        best = max(spare, key=lambda path: (answers[path], _likeness(path.name, name)))
        words = {"expected": shown(name), "file": shown(best.name)}
        if own and (answers[own] or not answers[best]):
            chosen[name] = own, []
        elif own:
            chosen[name] = best, [noted("untouched-twin", **words)]
        elif answers[best] or len(releases) == 1:
            chosen[name] = best, [noted("renamed", **words)]
        else:
            continue
        file, repairs = chosen[name]
        repairs += [
            noted("not-graded", file=shown(path.name), graded=shown(file.name))
            for path in spare
            if path != file and answers[path]
        ]
        spare = [path for path in spare if path != file]
        if not spare:
            break
    return {name: (path, []) for name, path in by_name.items() if name in releases} | chosen


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
