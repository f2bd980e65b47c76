-- Calls are numbered within a chunk, and summed up: all that were there become chunk 0.
ALTER TABLE call ADD COLUMN chunk UINTEGER DEFAULT 0;
ALTER TABLE call ALTER COLUMN chunk DROP DEFAULT;
ALTER TABLE call ADD COLUMN number UINTEGER;
UPDATE call SET number = n.number FROM (
    SELECT rowid AS place,
        row_number() OVER (PARTITION BY run_id, function ORDER BY start_ns, ordinal, span_id) AS number
    FROM call
) n WHERE call.rowid = n.place;
CREATE TABLE tally (
    run_id VARCHAR, chunk UINTEGER, function VARCHAR, file VARCHAR, line INTEGER,
    numbers BIGINT, calls BIGINT, errors BIGINT, self_ns BIGINT, total_ns BIGINT, min_ns BIGINT, max_ns BIGINT,
    slowest UBIGINT, first_ns BIGINT, last_ns BIGINT
);
INSERT INTO tally
SELECT run_id, chunk, function, any_value(file), any_value(line), count(*), count(*), count(*) FILTER (outcome = 1),
    sum(ran_ns - child_ns), sum(duration_ns), min(duration_ns), max(duration_ns), arg_max(span_id, duration_ns),
    min(start_ns), max(start_ns)
FROM call GROUP BY run_id, chunk, function;
