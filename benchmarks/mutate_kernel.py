"""How many small changes to the safety kernel do its tests notice?

    python benchmarks/mutate_kernel.py

Each mutant is one change to one kernel file: a comparison, a boolean, a number, an operator, min for max. The tests of
the kernel run in a forked process on the changed module, until the first that fails. A mutant that no test kills is
printed with its line. The exit code says whether one survived.
"""

import argparse
import ast
import importlib.abc
import importlib.util
import os
import sys
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from many_seeds import add_options, each

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "spondyl" / "instrument"
KERNEL = ("caps", "gate", "latch", "ledger", "limits", "signal_check", "timeouts", "watchdog")
HERE = ROOT / "tests" / "instrument"
TESTS = [str(HERE / f"test_kernel_{name}.py") for name in ("limits", "state")]
OF_STATE = ("ledger", "latch", "watchdog")
"""Files whose mutants the second file of tests is likelier to kill, so it runs first."""

QUICK = ("-x", "-q", "-p", "no:cacheprovider", "-p", "pytest_timeout", "--noconftest")
"""The kernel's tests need no fixture; those of the clinic take longer to import than the tests to run."""

SWAPS: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every changed copy of one node, with what was changed."""
    for field, value in ast.iter_fields(node):
        for at, one in enumerate(value if isinstance(value, list) else [value]):
            if type(one) in SWAPS:
                copy = deepcopy(node)
                new = SWAPS[type(one)]()
                if isinstance(value, list):
                    getattr(copy, field)[at] = new
                else:
                    setattr(copy, field, new)
                yield f"{type(one).__name__} -> {type(new).__name__}", copy
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        new_value = not node.value if isinstance(node.value, bool) else node.value + 1
        yield f"{node.value} -> {new_value}", ast.copy_location(ast.Constant(new_value), node)
    if isinstance(node, ast.UnaryOp):
        yield "without its sign or not", node.operand
    if isinstance(node, ast.Name) and node.id in NAMES:
        yield f"{node.id} -> {NAMES[node.id]}", ast.copy_location(ast.Name(NAMES[node.id], ast.Load()), node)


class Replacer(ast.NodeTransformer):
    """Replace the node at a position of the walk."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().visit(node)


def mutants(source: str) -> Iterator[tuple[int, str, ast.Module]]:
    """Line, change and tree of every mutant."""
    tree = ast.parse(source)
    decorators = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        for inner in ast.walk(decorator)
    }
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if annotation is not None
        for inner in ast.walk(annotation)
    }
    for node in ast.walk(tree):
        if id(node) in decorators | annotations:
            continue
        for what, new in changes(node):
            changed = deepcopy((tree, node, new))
            yield getattr(node, "lineno", 0), what, Replacer(changed[1], changed[2]).visit(changed[0])


class MutantFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import a mutant in the place of its module."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree = f"spondyl.instrument.{name}", tree

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None):
        del path, target
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(ast.fix_missing_locations(self.tree), self.name, "exec"), module.__dict__)


def is_killed(name: str, tree: ast.Module) -> bool:
    """Run the kernel's tests on a mutant, in a process of its own."""
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.meta_path.insert(0, MutantFinder(name, tree))
        tests = TESTS[::-1] if name in OF_STATE else TESTS
        code = 1
        try:
            code = int(pytest.main([*QUICK, *tests]))
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


@cache
def all_mutants() -> list[tuple[str, int, str, ast.Module]]:
    """File, line, change and tree of every mutant of the kernel."""
    sources = {name: (PACKAGE / f"{name}.py").read_text() for name in KERNEL}
    return [(name, *one) for name, source in sources.items() for one in mutants(source)]


def is_killed_at(index: int) -> bool:
    """Of the mutant with this number."""
    name, _, _, tree = all_mutants()[index]
    return is_killed(name, tree)


def main() -> None:
    """Count, and print the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    options = parser.parse_args()
    assert np.ndarray is not None  # numpy is imported once, before the forks
    sys.path.insert(0, str(HERE))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(ROOT)
    if is_killed("timeouts", ast.parse((PACKAGE / "timeouts.py").read_text())):
        sys.exit("The kernel's tests fail without a mutant; mend them first.")
    started, found = time.monotonic(), all_mutants()
    survivors = 0
    for index, killed in each(is_killed_at, range(len(found)), options):
        if not killed:
            survivors += 1
            name, line, what, _ = found[index]
            text = (PACKAGE / f"{name}.py").read_text().splitlines()[line - 1].strip()
            print(f"survived {name}.py:{line} {what}: {text}", flush=True)
    killed = len(found) - survivors
    print(f"{killed} of {len(found)} mutants killed in {time.monotonic() - started:.0f} s")
    sys.exit(survivors > 0)


if __name__ == "__main__":
    main()
