"""Filters: conditions on documents, in the part of MongoDB's language that is served.

One parsed filter has two ends: `Filter.matches` decides in this process, as events
need it, and `engine.query_of` asks the database. Both mean the same, and it is what
MongoDB means.
"""

from backpack_api.domain.filters.nodes import Filter
from backpack_api.domain.filters.parse import EVERYTHING, parse_filter, parse_filter_text

__all__ = ["EVERYTHING", "Filter", "parse_filter", "parse_filter_text"]
