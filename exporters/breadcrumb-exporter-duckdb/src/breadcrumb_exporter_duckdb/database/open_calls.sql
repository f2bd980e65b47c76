-- Calls that have not ended are facts: as rows they are made once, when the store is opened.
CREATE TABLE base.open_call AS
SELECT f.run_id, f.process, TRY_CAST(p.value->>'$.pid' AS BIGINT) AS pid, TRY_CAST(f.value->>'$.trace_id' AS UUID) AS trace_id,
    TRY_CAST('0x' || f.key AS UBIGINT) AS span_id, coalesce(TRY_CAST('0x' || (f.value->>'$.parent_id') AS UBIGINT), 0) AS parent_id,
    c.value->>'$.function' AS function, c.value->>'$.module' AS module, c.value->>'$.file' AS file,
    TRY_CAST(c.value->>'$.line' AS INTEGER) AS line, c.value->>'$.kind' AS kind, TRY_CAST(f.value->>'$.start_ns' AS BIGINT) AS start_ns,
    NULL::BIGINT AS duration_ns, NULL::BIGINT AS child_ns, NULL::BIGINT AS ran_ns, NULL::UINTEGER AS suspensions,
    TRY_CAST(f.value->>'$.depth' AS UINTEGER) AS depth, TRY_CAST(f.value->>'$.stack' AS UBIGINT) AS stack,
    TRY_CAST(f.value->>'$.ordinal' AS UBIGINT) AS ordinal, NULL::UBIGINT AS last_ordinal, h.value->>'$.name' AS thread,
    TRY_CAST(f.value->>'$.thread' AS UBIGINT) AS thread_id, t.value->>'$.name' AS task, TRY_CAST(f.value->>'$.task' AS UBIGINT) AS task_id,
    255::UTINYINT AS outcome, NULL::VARCHAR AS k1, NULL::VARCHAR AS k2, NULL::VARCHAR AS k3, NULL::VARCHAR AS k4,
    CASE WHEN (f.value->'$.args') IS NOT NULL THEN (1::BIGINT << 60) + row_number() OVER (ORDER BY f.key) END AS a1,
    NULL::BIGINT AS a2, NULL::BIGINT AS a3, NULL::BIGINT AS a4, NULL::BIGINT AS rest, NULL::BIGINT AS result,
    NULL::JSON AS exception, NULL::JSON AS extra, NULL::JSON AS more, 4294967295::UINTEGER AS chunk,
    (row_number() OVER (PARTITION BY f.run_id, c.value->>'$.function' ORDER BY TRY_CAST(f.value->>'$.start_ns' AS BIGINT),
        TRY_CAST(f.value->>'$.ordinal' AS UBIGINT), TRY_CAST('0x' || f.key AS UBIGINT)))::UINTEGER AS number,
    NULL::INTEGER AS called_line, NULL::INTEGER AS ended_line,
    -row_number() OVER (ORDER BY f.key) AS place
FROM (SELECT * FROM base.fact WHERE fact.kind = 'open') f
LEFT JOIN base.fact p ON p.run_id = f.run_id AND p.kind = 'process' AND p.process = f.process
LEFT JOIN base.fact c ON c.run_id = f.run_id AND c.kind = 'code' AND c.process = f.process AND c.key = f.value->>'$.code'
LEFT JOIN base.fact h ON h.run_id = f.run_id AND h.kind = 'thread' AND h.process = f.process AND h.key = f.value->>'$.thread'
LEFT JOIN base.fact t ON t.run_id = f.run_id AND t.kind = 'task' AND t.process = f.process AND t.key = f.value->>'$.task';

CREATE TABLE base.open_value AS
SELECT o.run_id, o.a1 AS id, NULL::UHUGEINT AS digest, f.value->'$.args' AS text
FROM base.open_call o JOIN base.fact f ON f.run_id = o.run_id AND f.kind = 'open' AND f.process = o.process
    AND TRY_CAST('0x' || f.key AS UBIGINT) = o.span_id
WHERE o.a1 IS NOT NULL;

CREATE VIEW base.value AS SELECT * FROM base.stored_value UNION ALL SELECT * FROM base.open_value;

CREATE VIEW base.call AS SELECT * FROM base.stored_call UNION ALL SELECT * FROM base.open_call;

CREATE VIEW base.tally AS SELECT * FROM base.stored_tally UNION ALL
SELECT run_id, chunk, function, any_value(file), any_value(line), count(*), count(*), 0, NULL, NULL, NULL, NULL, NULL,
    min(start_ns), max(start_ns)
FROM base.open_call GROUP BY run_id, chunk, function;
