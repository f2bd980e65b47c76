-- A value is kept once in a run; calls refer to it. Those that were there have all arguments in one object.
CREATE TABLE value (run_id VARCHAR, id BIGINT, digest UHUGEINT, text JSON);
CREATE TEMP TABLE first_place AS
SELECT run_id, digest, min(place) AS place FROM (
    SELECT run_id, md5_number(args::VARCHAR) AS digest, 2 * rowid + 1 AS place FROM call WHERE args IS NOT NULL
    UNION ALL
    SELECT run_id, md5_number("return"::VARCHAR), 2 * rowid + 2 FROM call WHERE "return" IS NOT NULL
) GROUP BY run_id, digest;
INSERT INTO value
SELECT f.run_id, f.place, f.digest, c.args FROM call c JOIN first_place f ON f.place = 2 * c.rowid + 1
UNION ALL
SELECT f.run_id, f.place, f.digest, c."return" FROM call c JOIN first_place f ON f.place = 2 * c.rowid + 2;
DROP TABLE first_place;
CREATE TABLE call_4 AS
SELECT c.run_id, process, pid, trace_id, span_id, parent_id, function, module, file, line, kind,
    start_ns, duration_ns, child_ns, ran_ns, suspensions, depth, stack, ordinal, last_ordinal,
    thread, thread_id, task, task_id, outcome,
    NULL::VARCHAR AS k1, NULL::VARCHAR AS k2, NULL::VARCHAR AS k3, NULL::VARCHAR AS k4,
    a.id AS a1, NULL::BIGINT AS a2, NULL::BIGINT AS a3, NULL::BIGINT AS a4, NULL::BIGINT AS rest, r.id AS result,
    exception, extra, more, chunk, number
FROM call c
LEFT JOIN value a ON a.run_id = c.run_id AND a.digest = md5_number(c.args::VARCHAR)
LEFT JOIN value r ON r.run_id = c.run_id AND r.digest = md5_number(c."return"::VARCHAR);
DROP TABLE call;
ALTER TABLE call_4 RENAME TO call;
