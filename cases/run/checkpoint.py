"""What an interrupted run needs to continue as if nothing had happened, in a file next to the result.

One NumPy archive: the leaves of the run's trees by name, and a JSON text with everything else. It is written
to a temporary name and renamed, so that a kill or a full disk leaves the previous one whole.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.output import part_name, write_through
from jamsu.cases.schema.case import Case

FORMAT = 5  # raised whenever what a run keeps changes: a checkpoint of another format does not fit


@dataclass(frozen=True)
class Checkpoint:
    """What was saved.

    Attributes:
      facts: values that JSON can hold.
      trees: trees by name, leaves by their path in the tree ("flows.gas.temperature").
    """

    facts: dict[str, Any]
    trees: dict[str, dict[str, np.ndarray]]


def fingerprint(case: Case, quality: str) -> str:
    """A text that is equal for runs that may continue each other."""
    return hashlib.sha256(f"{FORMAT}\n{quality}\n{case.to_toml()}".encode()).hexdigest()


def save(path: Path, facts: dict[str, Any], trees: dict[str, Any]) -> None:
    """Write a checkpoint; `trees`: pytrees of arrays. Raises OSError, and leaves nothing half written."""
    arrays: dict[str, Any] = {"facts": np.array(json.dumps(facts))}
    for name, tree in trees.items():
        arrays |= {f"{name}:{path}": leaf for path, leaf in named_leaves(tree).items()}
    content = io.BytesIO()  # an archive that meets a full disk complains a second time when it is closed
    np.savez(content, **arrays)
    part = part_name(path)
    try:
        write_through(part, content.getbuffer())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def same_run(path: Path, expected: str) -> bool:
    """Whether the checkpoint at `path` belongs to the run with the fingerprint `expected`. Never raises."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return json.loads(str(archive["facts"])).get("fingerprint") == expected
    except Exception:  # as in `load`: it cannot be read
        return False


def load(path: Path, expected: str) -> Checkpoint | None:
    """The checkpoint at `path`; None when there is none.

    Raises:
      CaseError: it cannot be read, or belongs to another case or quality (`expected` is the fingerprint).
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as archive:
            facts = json.loads(str(archive["facts"]))
            names = [n for n in archive.files if n != "facts"]
            trees: dict[str, dict[str, np.ndarray]] = {}
            for name in names:
                tree, _, leaf = name.partition(":")
                trees.setdefault(tree, {})[leaf] = archive[name]
        found = facts.get("fingerprint")
    except Exception as error:  # empty, cut short or flipped bits: zipfile, NumPy and JSON raise errors of many kinds
        told = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged or cut short"
        raise CaseError(str(path), Problem("", "", f"cannot be read as a checkpoint: {told}")) from None
    if found != expected:
        reason = "belongs to another case or quality: expected the same case, or no --resume"
        raise CaseError(str(path), Problem("", "", reason))
    return Checkpoint(facts, trees)


def named_leaves(tree: Any) -> dict[str, np.ndarray]:
    """The leaves of a pytree by their paths, such as "flows.gas.velocity.0"."""
    import jax

    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {jax.tree_util.keystr(path, simple=True, separator="."): np.asarray(leaf) for path, leaf in leaves}


def restored(template: Any, leaves: dict[str, np.ndarray]) -> Any:
    """A tree like `template` with the saved leaves.

    Raises:
      CaseError: a leaf is missing, or has another shape.
    """
    import jax

    def leaf(path: Any, expected: Any) -> Any:
        name = jax.tree_util.keystr(path, simple=True, separator=".")
        found = leaves.get(name)
        if found is None or found.shape != np.shape(expected):
            shape = "none" if found is None else str(found.shape)
            raise CaseError("checkpoint", Problem(name, shape, f"expected {np.shape(expected)}: run without --resume"))
        return jax.numpy.asarray(found)

    return jax.tree_util.tree_map_with_path(leaf, template)


def registered(leaf: str) -> str:
    """The name under which `jamsu.solver.variables` lists a leaf of a module's state.

    "flows.gas.temperature" is "temperature", "exchangers.hull.inner" is "hull.inner".
    """
    kind, _, rest = leaf.partition(".")
    if kind == "flows":
        return rest.partition(".")[2]
    return rest if kind == "exchangers" else leaf
