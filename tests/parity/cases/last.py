"""What cannot be undone or shakes the whole world; asked after everything else."""

from harness.case import Case, collection, delete, get, patch, post, put, records


def exported(answers: dict) -> list:
    """All collections as listed, without what only a case made."""
    return [entry for entry in answers["all"] if entry["name"] not in ("made", "made_system")]


def import_without(saved):
    return {"collections": exported(saved), "deleteMissing": True}


def cases():
    listing = get(collection(), q={"perPage": 500, "sort": "name"}, save={"all": "items"}, quiet=True)
    yield Case("collections/8.7/delete-missing", [
        post(collection(), {"id": "c_made", "name": "made"}, quiet=True), listing, put(collection("import"), import_without),
        get(collection("made")), get(collection("posts"), q={"fields": "id,fields.name"}), get(records("posts"), q={"fields": "id,t", "sort": "id"})])
    yield Case("collections/8.7/import-same", [listing, put(collection("import"), lambda s: {"collections": s["all"]}), get(collection("docs"))])
    yield Case("collections/8.2/list-all", [get(collection(), q={"perPage": 500, "sort": "name", "fields": "id,name,type,system"})])
    yield Case("collections/2.1/system", [
        post(collection(), {"id": "c_made_system", "name": "made_system", "system": True}, q={"fields": "system"}), patch(collection("made_system"), {"name": "other"}), patch(collection("made_system"), {"listRule": ""}),
        patch(collection("made_system"), {"fields": [{"name": "t", "type": "text"}]}, q={"fields": "fields.name"}), delete(collection("made_system")), delete(collection("made_system") + "/truncate")])
    yield Case("collections/8.7/delete-missing-keeps-system", [put(collection("import"), {"collections": [{"name": "only", "id": "c_only"}], "deleteMissing": True}), get(collection(), q={"fields": "name", "sort": "name", "perPage": 100, "filter": "name != 'made_system'"})])
