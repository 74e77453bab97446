"""A plain install, as on Colab, has no nbgrader and no Jupyter of ours; lessons work there."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]

# What Colab has of its own, with what it needs in turn: the course may use it, not replace it.
COLABS_OWN = ("tensorflow", "tensorflow-cpu", "keras", "ipykernel")


def _closure(names: list[str]) -> set[str]:
    """The installed distributions that these need, themselves included."""
    found: set[str] = set()
    while names:
        name = names.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for line in lines:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                names.append(requirement.name)
    return found


def test_a_check_and_its_card_need_the_base_dependencies_alone(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base = [Requirement(line).name for line in project["dependencies"]]
    allowed = _closure([*base, *COLABS_OWN, "generative-garments"])
    assert not {"nbgrader", "jupyterlab", "notebook"} & allowed
    modules = metadata.packages_distributions()
    allowed_modules = [
        module
        for module, owners in modules.items()
        if any(owner.lower().replace("_", "-") in allowed for owner in owners)
    ]
    code = f"""
import sys
allowed = set({allowed_modules!r}) | {{"autograder", "course"}}
known = set({sorted(modules)!r})

class Wall:
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top in known and top not in allowed:
            raise ModuleNotFoundError(f"{{top}} is not part of a plain install", name=top)

sys.meta_path.insert(0, Wall())
import numpy as np
import autograder.cli
import course.plots
from autograder import check, hint, progress, solution
from course import load_fashion_mnist

verdict = check("scale_images", lambda images: (images / 255).astype(np.float32))
assert verdict.passed, verdict
assert "text/html" in verdict._repr_mimebundle_()
hint("scale_images")
solution("scale_images")
progress()
try:
    import nbgrader
except ModuleNotFoundError:
    print("the wall stands")
"""
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.strip().endswith("the wall stands")
