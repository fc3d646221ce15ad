-- What an update replaced: the former values of the fields it changed, as a JSON object. Whoever reads the history can
-- tell then which records moved out of sight.
ALTER TABLE _changes ADD COLUMN was TEXT;
