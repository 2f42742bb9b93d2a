"""The table of filters, in this process."""

from typing import Any

import pytest

from backpack_api.domain.filters import parse_filter
from support.filter_cases import CASES, DOCUMENTS, Case

SYSTEM_FIELDS: dict[str, Any] = {
    "id": "018f0000-0000-7000-8000-000000000001",
    "ownerId": "018f0000-0000-7000-8000-000000000002",
    "version": 1,
    "createdAt": "2026-01-02T03:04:05.678Z",
    "updatedAt": "2026-01-02T03:04:05.678Z",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.filter))
def test_a_filter_matches_what_mongodb_would(case: Case) -> None:
    filter_ = parse_filter(case.filter)
    matched = {
        name
        for name, document in DOCUMENTS.items()
        if filter_.matches({**SYSTEM_FIELDS, **document, "name": name})
    }
    assert matched == case.expected
