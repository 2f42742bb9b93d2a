"""The kinds of objects that the dashboard reads or writes."""

from dataclasses import dataclass

from backpack_contract import admins, resources


@dataclass(frozen=True, slots=True)
class Kind:
    """One namespaced kind."""

    api_version: str
    kind: str
    plural: str

    def path(self, namespace: str | None, name: str | None = None) -> str:
        """The URL path of one object, of a namespace's objects, or of all."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        place = f"/namespaces/{namespace}" if namespace is not None else ""
        return f"{root}{place}/{self.plural}" + (f"/{name}" if name is not None else "")


BACKPACK = Kind(resources.API_VERSION, resources.KIND, resources.PLURAL)
ADMIN = Kind(resources.API_VERSION, admins.KIND, admins.PLURAL)
SECRET = Kind("v1", "Secret", "secrets")
EVENT = Kind("v1", "Event", "events")
POD = Kind("v1", "Pod", "pods")
