-- The tables the server itself needs; tables of records are made from `_collections`.

CREATE TABLE _collections (
    id         TEXT PRIMARY KEY NOT NULL,
    system     INTEGER NOT NULL DEFAULT 0,
    type       TEXT NOT NULL,
    name       TEXT NOT NULL COLLATE NOCASE UNIQUE,
    fields     TEXT NOT NULL DEFAULT '[]',
    indexes    TEXT NOT NULL DEFAULT '[]',
    listRule   TEXT,
    viewRule   TEXT,
    createRule TEXT,
    updateRule TEXT,
    deleteRule TEXT,
    options    TEXT NOT NULL DEFAULT '{}',
    created    TEXT NOT NULL DEFAULT '',
    updated    TEXT NOT NULL DEFAULT ''
);

CREATE TABLE _params (
    id      TEXT PRIMARY KEY NOT NULL,
    value   TEXT,
    created TEXT NOT NULL DEFAULT '',
    updated TEXT NOT NULL DEFAULT ''
);

-- What happened to records, in commit order without gaps. The newest row is never trimmed: the sequence goes on from it.
CREATE TABLE _changes (
    seq        INTEGER PRIMARY KEY NOT NULL,
    collection TEXT NOT NULL,    -- id
    action     TEXT NOT NULL,    -- create, update, delete
    record     TEXT NOT NULL,    -- id
    data       TEXT NOT NULL,    -- the stored values after (before, for a delete) as a JSON object, without secrets
    created    INTEGER NOT NULL, -- Unix milliseconds
    total      INTEGER NOT NULL  -- bytes of data up to and including this row since ever: sizes without reading rows
);
