"""The walls between those who gather evidence, those who judge it, and the answers."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWN = {"autograder", "course"}


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> set[str]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return _imports_of(path.read_text(encoding="utf-8"), package)


def _imports_of(source: str, package: str) -> set[str]:
    """Every module that a source text imports, at its top or inside a function, by full name.

    `from a import b` counts as `a` and `a.b`, since b may be a module. Relative imports are
    resolved in `package`; import_module and __import__ with a written-out name are seen as well.
    """
    parents = package.split(".")
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            names = [one.value for one in node.args[:1] if isinstance(one, ast.Constant)]
            if called in ("import_module", "__import__") and names:
                found.add(str(names[0]))
    return found


def _offenders(files: list[Path], forbidden: tuple[str, ...]) -> list[str]:
    assert files
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in sorted(_imports(path))
        if any(name == one or name.startswith(f"{one}.") for one in forbidden)
    ]


def _files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _loaded_by(statement: str) -> set[str]:
    """The modules that a fresh Python holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(child.stdout.split())


def test_the_reader_of_imports_sees_every_way_to_import() -> None:
    source = """
import a.b as c
from ..kernel import probes
from . import d
def f():
    from e import g
    import_module("h")
    importlib.import_module("i.j")
"""
    kernel = {"autograder.kernel", "autograder.kernel.probes"}
    judge = {"autograder.judges", "autograder.judges.d"}
    others = {"a.b", "e", "e.g", "h", "i.j"}
    assert _imports_of(source, "autograder.judges") == kernel | judge | others


def test_judges_import_neither_tensorflow_nor_probes() -> None:
    forbidden = ("tensorflow", "keras", "autograder.kernel.probes")
    assert not _offenders(_files("autograder/judges"), forbidden)


def test_judges_import_numpy_the_standard_library_and_the_project_alone() -> None:
    allowed = {*sys.stdlib_module_names, "numpy", *OWN}
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _files("autograder/judges")
        for name in sorted(_imports(path))
        if name.split(".")[0] not in allowed
    ]
    assert not strangers


def test_probes_import_no_judge() -> None:
    assert not _offenders(_files("autograder/kernel/probes"), ("autograder.judges",))


@pytest.mark.parametrize("folder", sorted(OWN))
def test_nothing_that_students_install_imports_the_solutions(folder: str) -> None:
    assert not _offenders(_files(folder), ("solutions",))


def test_importing_autograder_alone_loads_neither_judges_nor_tensorflow() -> None:
    loaded = _loaded_by("import autograder, autograder.cli")
    assert "autograder.cli" in loaded
    assert not {name for name in loaded if name.startswith("autograder.judges")}
    assert not loaded & {"tensorflow", "keras", "numpy", "solutions"}


def test_judges_load_no_tensorflow_and_no_probe() -> None:
    judges = [_module_name(path) for path in _files("autograder/judges")]
    loaded = _loaded_by("; ".join(f"import {name}" for name in judges))
    assert set(judges) <= loaded
    assert not loaded & {"tensorflow", "keras", "solutions"}
    assert not {name for name in loaded if name.startswith("autograder.kernel.probes.")}


def test_probes_load_no_judge_and_no_solution() -> None:
    probes = [_module_name(path) for path in _files("autograder/kernel/probes")]
    loaded = _loaded_by("; ".join(f"import {name}" for name in probes))
    assert set(probes) <= loaded
    assert "solutions" not in loaded
    assert not {name for name in loaded if name.startswith("autograder.judges.")}


def test_the_sandbox_loads_no_judge_no_nbgrader_and_no_tensorflow() -> None:
    sandbox = [_module_name(path) for path in _files("autograder/sandbox")]
    loaded = _loaded_by("; ".join(f"import {name}" for name in sandbox))
    assert set(sandbox) <= loaded
    assert not loaded & {"tensorflow", "keras", "nbgrader", "solutions"}
    assert not {name for name in loaded if name.startswith("autograder.judges")}
