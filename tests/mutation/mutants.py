"""Mutants: the reference solutions with one thing changed inside a blank."""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from autograder.exercises import EXERCISES

from .operators import OPERATORS

SOLUTIONS = Path(__file__).parents[2] / "solutions"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


@dataclass(frozen=True)
class Mutant:
    """A lesson's solutions, with one change in the blank of one exercise.

    `name` is unique in the exercise: the line, counted from the top of the blank, and the change.
    `source` is the text of the whole module; every other function in it is as it was.
    """

    exercise: str
    name: str
    source: str

    def build(self) -> Any:
        """The answer that the mutant gives, from a module of its own. Raises what its code does."""
        filename = f"<mutant of {self.exercise}: {self.name}>"
        # As for the cells of a notebook: tracebacks and AutoGraph find the text by this.
        lines = self.source.splitlines(keepends=True)
        linecache.cache[filename] = (len(self.source), None, lines, filename)
        module = types.ModuleType("mutant")
        exec(compile(self.source, filename, "exec"), module.__dict__)
        return getattr(module, self.exercise)


@cache
def mutants_of(exercise: str) -> tuple[Mutant, ...]:
    """All mutants of one exercise, in the order of the blank; no two have the same syntax tree."""
    path = SOLUTIONS / f"lesson_{EXERCISES[exercise].lesson}.py"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first, last = _place(lines, exercise)
    text = "".join(lines[first:last])
    seen, mutants, counts = {_tree(text)}, [], dict[str, int]()
    for what, changed in _variants(text, _module_names(lines)):
        tree = _tree(changed)
        if tree in seen:
            continue
        seen.add(tree)
        counts[what] = counts.get(what, 0) + 1
        name = what if counts[what] == 1 else f"{what} ({counts[what]})"
        source = "".join([*lines[:first], changed, *lines[last:]])
        mutants.append(Mutant(exercise, name, source))
    return tuple(mutants)


def _place(lines: list[str], exercise: str) -> tuple[int, int]:
    """The lines of a top-level function or class: the first, and the one after the last."""
    for node in ast.parse("".join(lines)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == exercise:
            assert node.end_lineno is not None
            return node.lineno - 1, node.end_lineno + _marks_below(lines, node.end_lineno)
    raise LookupError(f"{exercise} is not among the solutions")


def _marks_below(lines: list[str], end: int) -> int:
    """How many lines below the last statement belong to it: the mark that ends the blank."""
    return int(lines[end].strip() == END)


def _module_names(lines: list[str]) -> set[str]:
    defined = ast.parse("".join(lines)).body
    return {node.name for node in defined if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _tree(text: str) -> str:
    return ast.dump(ast.parse(text))


def _variants(text: str, module_names: set[str]) -> Iterator[tuple[str, str]]:
    """The name and the text of each mutant of one definition."""
    wrapper = MetadataWrapper(cst.parse_module(text))
    module, places = wrapper.module, wrapper.resolve(PositionProvider)
    lines = text.splitlines()
    begin, end = (1 + next(i for i, x in enumerate(lines) if x.strip() == y) for y in (BEGIN, END))
    known = module_names | _bound_names(text)
    for node in _expressions(module):
        place: CodeRange | None = places.get(node)
        if place is None or not begin < place.start.line <= place.end.line < end:
            continue
        for operator in OPERATORS:
            for what, variant in operator(node):
                if isinstance(variant, cst.Name) and variant.value not in known:
                    continue
                changed = module.deep_replace(node, variant)
                yield f"line {place.start.line - begin}: {what}", changed.code


def _bound_names(text: str) -> set[str]:
    """Every name that the definition binds: its arguments, and what it assigns to."""
    bound = set[str]()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    return bound


def _expressions(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Every node below this one that may be mutated, the outer before the inner.

    Left out: annotations and decorators, and names that are not read (keywords, attributes, what
    is assigned to, what a function is called).
    """
    yield node
    for child in node.children:
        if isinstance(child, cst.Annotation | cst.Decorator | cst.AssignTarget | cst.Parameters):
            continue
        if isinstance(child, cst.Name) and child in _words(node):
            continue
        yield from _expressions(child)


def _words(node: cst.CSTNode) -> tuple[cst.CSTNode | None, ...]:
    """The names below a node that are words of its own, and read no variable."""
    if isinstance(node, cst.Arg):
        return (node.keyword,)
    if isinstance(node, cst.Attribute):
        return (node.attr,)
    if isinstance(node, cst.FunctionDef | cst.ClassDef):
        return (node.name,)
    if isinstance(node, cst.AnnAssign | cst.For | cst.CompFor):
        return (node.target,)
    return ()
