-- Who did it, as collection id/record id; NULL for guests, and for what the server does by itself.
ALTER TABLE _changes ADD COLUMN author TEXT;
