"""The description of the API as it is served: made anew only when it would differ."""

import hashlib

from backpack_api.domain.json_text import to_json
from backpack_api.openapi.document import openapi_document
from backpack_api.services.collections import CollectionService
from backpack_api.services.configuration import LiveConfiguration


class DescriptionService:
    """The OpenAPI document of one backpack."""

    def __init__(self, collections: CollectionService, live: LiveConfiguration) -> None:
        self._collections = collections
        self._live = live
        self._made_of: object = None
        self._made = (b"", "")

    async def document(self) -> tuple[bytes, str]:
        """The document as JSON, and its ETag. A collection that was made before the call is
        in it, on whichever replica."""
        collections = await self._collections.all()
        configuration = self._live.current
        made_of = (configuration, [one.to_definition() for one in collections])
        if made_of != self._made_of:
            text = to_json(openapi_document(configuration, collections))
            self._made = (text, f'"{hashlib.sha256(text).hexdigest()[:32]}"')
            self._made_of = made_of
        return self._made
