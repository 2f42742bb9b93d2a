"""Walks that are long as a whole are sampled, by a seed that a failure tells of."""

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def seed() -> int:
    """`TEST_SEED`, or another each time."""
    return int(os.environ.get("TEST_SEED") or random.randrange(1_000_000))


def sample(population: Sequence[T], most: int) -> tuple[list[T], str]:
    """At most so many of them, in their order; and how to have the same again."""
    chosen = seed()
    if len(population) <= most:
        return list(population), "all of them"
    picked = sorted(random.Random(chosen).sample(range(len(population)), most))
    return [population[index] for index in picked], f"TEST_SEED={chosen}"
