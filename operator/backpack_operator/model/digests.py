"""Digests of objects: what is kept of a child instead of the child."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson


def digest(value: Any) -> str:
    """32 hex digits; equal for values that are equal as JSON."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


_VOLATILE = frozenset({"managedFields", "resourceVersion", "generation"})


def fingerprint(live: Mapping[str, Any]) -> str:
    """A digest of an object as it was read, without its status and without what
    changes with the status (`resourceVersion`, `managedFields`, `generation`)."""
    metadata = {key: value for key, value in live["metadata"].items() if key not in _VOLATILE}
    annotations = metadata.get("annotations")
    if annotations:
        # The deployment controller writes this one of its own accord.
        metadata["annotations"] = {
            key: value for key, value in annotations.items() if key != "deployment.kubernetes.io/revision"
        }
    body = {key: value for key, value in live.items() if key not in ("metadata", "status")}
    return digest({**body, "metadata": metadata})
