-- Where a call was made, and where it ended.
ALTER TABLE call ADD COLUMN called_line INTEGER;
ALTER TABLE call ADD COLUMN ended_line INTEGER;
