"""Documents, filters and orders for property tests: few names and values, so that they meet."""

from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b", "c")
scalars = st.sampled_from([None, True, False, 0, 1, 1.5, -2, 2**53 + 1, "", "a", "ab", "é"])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner.filter(lambda item: not isinstance(item, list)), max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    ),
    max_leaves=5,
)
documents = st.dictionaries(st.sampled_from(NAMES), values, max_size=3)
flat_documents = st.dictionaries(st.sampled_from(NAMES), scalars, max_size=3)
paths = st.lists(st.sampled_from([*NAMES, "0", "1"]), min_size=1, max_size=3).map(
    lambda parts: ".".join(["a" if parts[0].isdigit() else parts[0], *parts[1:]])
)


def conditions(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What a path can be given: a value, or operators on values."""
    operators = st.one_of(
        st.builds(
            lambda name, value: {name: value},
            st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]),
            of,
        ),
        st.builds(
            lambda name, items: {name: items}, st.sampled_from(["$in", "$nin"]), st.lists(of, max_size=3)
        ),
        st.builds(lambda there: {"$exists": there}, st.booleans()),
        st.builds(lambda pattern: {"$regex": pattern}, st.sampled_from(["a", "^a", "b$", "^$", "."])),
    )
    negated = operators.map(lambda one: {"$not": one})
    both = st.builds(lambda one, other: {**one, **other}, operators, operators)
    return st.one_of(of, operators, negated, both)


def filters(
    of: st.SearchStrategy[Any] = values, at: st.SearchStrategy[str] = paths
) -> st.SearchStrategy[dict[str, Any]]:
    simple = st.dictionaries(at, conditions(of), max_size=2)
    return st.recursive(
        simple,
        lambda inner: st.builds(
            lambda name, items: {name: items},
            st.sampled_from(["$and", "$or"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=4,
    )


sorts = st.lists(paths, min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names)).map(",".join)
)
