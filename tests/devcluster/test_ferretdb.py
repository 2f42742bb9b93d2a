"""FerretDB as it is compiled here."""

from typing import Any

from pymongo import MongoClient

from support import ferretdb as ferretdb_support
from support.ferretdb import FerretDB, ferretdb

__all__ = ["ferretdb"]


def test_a_document_is_looked_up_by_the_index_of_ids(ferretdb: FerretDB) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(
        ferretdb.host, username=ferretdb_support.USERNAME, password=ferretdb_support.PASSWORD
    )
    with client:
        client.looked_up.things.insert_one({"_id": "one"})
        plan = client.looked_up.command("explain", {"find": "things", "filter": {"_id": "one"}})
    assert "USING INDEX" in str(plan["queryPlanner"])
