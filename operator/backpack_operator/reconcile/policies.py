"""What keeps the operator from touching a Backpack's objects: an ordered list of
small rules, each with a reason and a sentence that says what to do. The first that
holds is the one that is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backpack_contract.resources import UID_ANNOTATION
from backpack_operator.model import conditions
from backpack_operator.model.backpack import Backpack
from backpack_operator.model.conditions import Verdict
from backpack_operator.model.credentials import opens_database
from backpack_operator.model.kinds import CONFIG_MAP, SECRET, TRAEFIKS, VOLUME_CLAIM, ObjectKey
from backpack_operator.model.standing import Standing
from backpack_operator.reconcile.observed import LASTING_VOLUMES, Observed, has_volume
from backpack_operator.specs.credentials_secret import PART as CREDENTIALS
from backpack_operator.specs.credentials_secret import VOLUMES_ANNOTATION
from backpack_operator.specs.volume_claims import DATABASE, ENGINE_ANNOTATION

NAME_CONFLICT = "NameConflict"
RETAINED_DATA_FOUND = "RetainedDataFound"
ENGINE_MISMATCH = "EngineMismatch"
CREDENTIALS_LOST = "CredentialsLost"
VOLUME_LOST = "VolumeLost"
VOLUME_BEING_DELETED = "VolumeBeingDeleted"

_CONDITION_OF_PART = {
    "redis": conditions.CACHE_READY,
    "files": conditions.API_READY,
    "config": conditions.API_READY,
    "api": conditions.API_READY,
    "web": conditions.WEB_READY,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One Backpack and all that is known of it."""

    backpack: Backpack
    observed: Observed
    standings: Mapping[ObjectKey, Standing]

    def keys(self, standing: Standing) -> list[ObjectKey]:
        return sorted((key for key, value in self.standings.items() if value is standing), key=str)


def named(keys: list[ObjectKey]) -> str:
    return ", ".join(str(key) for key in keys)


def condition_of(key: ObjectKey, backpack: Backpack) -> str:
    """The condition that tells of a failure of this child."""
    if key.kind in TRAEFIKS:
        return conditions.ROUTE_READY
    part = key.name.removeprefix(f"{backpack.name}-")
    return _CONDITION_OF_PART.get(part, conditions.DATABASE_READY)


def conflict_message(keys: list[ObjectKey]) -> str:
    return (
        f"{named(keys)} exists in this namespace but was not made for this Backpack, and is left alone. "
        "Delete or rename it, or give the Backpack another name."
    )


def name_conflict(case: Case) -> Verdict | None:
    """A stranger's Secret, volume or configuration would be used as if it were ours."""
    needed = {SECRET, VOLUME_CLAIM, CONFIG_MAP}
    keys = [key for key in case.keys(Standing.FOREIGN) if key.kind in needed]
    if not keys:
        return None
    return Verdict(condition_of(keys[0], case.backpack), False, NAME_CONFLICT, conflict_message(keys))


def retained_data(case: Case) -> Verdict | None:
    """A stranger who reuses a name must not inherit its users."""
    keys = case.keys(Standing.RETAINED)
    if not keys:
        return None
    owners = sorted({case.observed.children[key].owner or "" for key in keys})
    objects = " ".join(f"{key.kind.kind.lower()}/{key.name}" for key in keys)
    message = (
        f"Data of a deleted Backpack of this name (UID {' and '.join(owners)}) is still here: {named(keys)}. "
        f"To take it over, with its users and passwords, set spec.adoptRetained to {owners[0]}. "
        f"To remove it for ever: kubectl delete --namespace {case.backpack.namespace} {objects}"
    )
    return Verdict(conditions.DATABASE_READY, False, RETAINED_DATA_FOUND, message)


def engine_mismatch(case: Case) -> Verdict | None:
    """One engine can't read what another wrote."""
    written, asked = volume_engine(case.backpack, case.observed), case.backpack.database.engine
    asked = case.backpack.status.engine or asked
    if written is None or asked is None or written == asked:
        return None
    message = (
        f"The volume {case.backpack.child(DATABASE)} was written by {written}, and {asked} cannot read it. "
        f"Delete this Backpack (with deletionPolicy: Retain, so that the data stays) and create it again "
        f"with spec.database.engine: {written}."
    )
    return Verdict(conditions.DATABASE_READY, False, ENGINE_MISMATCH, message)


def lost_credentials(case: Case) -> Verdict | None:
    """A database is given its password when it is first started. With the password
    gone, a new one would only lock the API out, and hide that the old one is needed."""
    backpack = case.backpack
    claim = case.observed.claims(backpack).get(backpack.child(DATABASE))
    if claim is None or not has_volume(claim):
        return None
    if opens_database(case.observed.credentials(backpack)):
        return None
    secret = backpack.child(CREDENTIALS)
    message = (
        f"The database's password is gone from Secret {secret}, but the volume {backpack.child(DATABASE)} "
        f"was set up with it. Restore the Secret from a backup, with the annotation "
        f"{UID_ANNOTATION}: {backpack.uid}; until then nothing of this Backpack is changed. "
        f"To begin with an empty database instead, delete the volume: "
        f"kubectl delete --namespace {backpack.namespace} persistentvolumeclaim/{backpack.child(DATABASE)} "
        f"deployment/{backpack.child(DATABASE)}"
    )
    return Verdict(conditions.DATABASE_READY, False, CREDENTIALS_LOST, message)


def lost_volume(case: Case) -> Verdict | None:
    """A new volume in the place of one that held data would hide that the data is gone;
    and a pod that is restarted lets go of a volume which is being deleted."""
    backpack, namespace = case.backpack, case.backpack.namespace
    for part in LASTING_VOLUMES:
        if part not in case.observed.recorded_volumes(backpack):
            continue
        key = ObjectKey(VOLUME_CLAIM, namespace, backpack.child(part))
        child = case.observed.children.get(key)
        if child is None:
            secret = backpack.child(CREDENTIALS)
            message = (
                f"The volume {key.name} held data and is gone. Restore it from a backup as a "
                f"PersistentVolumeClaim of this name, with the annotation {UID_ANNOTATION}: {backpack.uid}; "
                f"until then nothing of this Backpack is changed. To begin with an empty volume instead: "
                f"kubectl annotate --namespace {namespace} secret/{secret} {VOLUMES_ANNOTATION}-"
            )
            return Verdict(condition_of(key, backpack), False, VOLUME_LOST, message)
        if child.deleting:
            message = (
                f"Somebody has deleted the PersistentVolumeClaim {key.name}. Its data is there only as long "
                f"as a pod uses it: make a backup now. Until it is gone nothing of this Backpack is changed, "
                f"so that no pod is restarted."
            )
            return Verdict(condition_of(key, backpack), False, VOLUME_BEING_DELETED, message)
    return None


POLICIES: tuple[Callable[[Case], Verdict | None], ...] = (
    name_conflict,
    retained_data,
    engine_mismatch,
    lost_credentials,
    lost_volume,
)


def held(case: Case) -> Verdict | None:
    """Why nothing may be touched, or None."""
    return next((verdict for policy in POLICIES if (verdict := policy(case)) is not None), None)


def volume_engine(backpack: Backpack, observed: Observed) -> str | None:
    """The engine that wrote the database's volume, if there is one."""
    claim = observed.claims(backpack).get(backpack.child(DATABASE))
    annotations: Mapping[str, str] = (claim or {}).get("metadata", {}).get("annotations", {})
    return annotations.get(ENGINE_ANNOTATION)
