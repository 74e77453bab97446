"""What a cell's source says, told without running it: the names that it defines, its parts.

IPython's own syntax is understood as far as it matters: lines of magics and shell commands count
as doing nothing, and a cell that is indented as a whole is taken without its indentation.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

MAX_CHARACTERS = 200_000
"""Longer sources are not parsed."""

# IPython lets a cell await.
SYNTAX = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def stands_alone(source: str) -> bool:
    """Tell whether a cell's source would compile as it stands."""
    return _compiled(_python(source), ast.PyCF_ALLOW_TOP_LEVEL_AWAIT) is not None


@lru_cache(maxsize=4096)
def defined_names(source: str) -> frozenset[str]:
    """Return the names that a cell's source binds to something other than None, at its top level.

    If it does not parse, the names after `def` and `class` at the beginning of a line.
    """
    tree = _tree(source)
    if tree is None:
        return frozenset(re.findall(r"^(?:async\s+def|def|class)\s+(\w+)", source, re.M))
    return frozenset(_names(tree.body))


@lru_cache(maxsize=4096)
def named_definitions(source: str) -> frozenset[str]:
    """Return those names that a `def` or `class` at the top level defines."""
    tree = _tree(source)
    body = tree.body if tree else []
    return frozenset(node.name for node in body if isinstance(node, DEFINITIONS))


def parts(source: str, names: Iterable[str]) -> list[str]:
    """Split a source before each top-level statement that defines a further one of `names`.

    The parts, run one after the other, do what the whole does. Comments above a definition go
    with it. One part is returned if the source does not parse.
    """
    tree = _tree(source)
    if tree is None:
        return [source]
    lines = source.split("\n")
    wanted = set(names)
    seen: set[str] = set()
    cuts = []
    end = 0
    for node in tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
        found = wanted & set(_names([node]))
        if found - seen:
            while first > end and lines[first - 1].startswith("#"):
                first -= 1
            if seen and first >= end:
                cuts.append(first)
            seen |= found
        end = node.end_lineno or node.lineno
    bounds = [0, *cuts, len(lines)]
    pieces = ["\n".join(lines[a:b]) for a, b in pairwise(bounds)]
    return [piece.strip("\n") for piece in pieces]


def continues(first: str, second: str) -> bool:
    """Tell whether two cells are the halves of one that was split inside a definition.

    Only then: the second begins indented, both joined compile, and one of them alone does not, or
    the first ends in a definition without a body of its own (a docstring at most).
    """
    if not second.strip() or second.lstrip("\n")[0] not in " \t":
        return False
    if not stands_alone(f"{first}\n{second}"):
        return False
    if not stands_alone(first) or not stands_alone(second):
        return True
    tree = _tree(first)
    last = tree.body[-1] if tree and tree.body else None
    return isinstance(last, DEFINITIONS) and all(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in last.body
    )


@lru_cache(maxsize=4096)
def _python(source: str) -> str:
    """Return a source as Python alone, line for line."""
    source = textwrap.dedent(source) if source[:1] in (" ", "\t") else source
    if _compiled(source, SYNTAX):
        return source
    return re.sub(r"^([ \t]*)[%!?].*$", r"\1pass", source, flags=re.M)


@lru_cache(maxsize=4096)
def _compiled(source: str, flags: int) -> Any:
    """Return code, or with the flags SYNTAX a tree; None if the source is at fault."""
    if len(source) > MAX_CHARACTERS:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return compile(source, "<cell>", "exec", flags=flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return None


def _tree(source: str) -> ast.Module | None:
    tree = _compiled(_python(source), SYNTAX)
    return tree if isinstance(tree, ast.Module) else None


def _names(body: list[ast.stmt]) -> Iterable[str]:
    waiting = list(reversed(body))
    while waiting:
        match node := waiting.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Assign(value=ast.Constant(value=None)):
                pass  # the placeholders of a lesson's first cell
            case ast.Assign(targets=targets):
                yield from (
                    leaf.id
                    for target in targets
                    for leaf in ast.walk(target)
                    if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Store)
                )
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)
            case ast.If() | ast.Try() | ast.With():
                for field in ("finalbody", "orelse", "body"):
                    waiting += reversed(getattr(node, field, []))
