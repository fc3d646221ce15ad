"""The world itself: what creating it left behind."""

from harness.case import Case, collection, get, records
from world import schema


def cases():
    for made in schema.COLLECTIONS:
        name = made["name"]
        yield Case(f"collections/2.1/world-{name}", [get(collection(name))])
        yield Case(f"records/2/world-{name}", [get(records(name), q={"perPage": 100, "sort": "id"})],
                   mask={"auto": "^[A-Z]{3}-[0-9]{4}$"} if name == "kinds" else {})
