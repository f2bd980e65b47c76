-- Bodies of modules are facts: as calls that made none they stand among the others only where they are asked for.
CREATE TABLE base.module_call AS
SELECT f.run_id, f.process, TRY_CAST(p.value->>'$.pid' AS BIGINT) AS pid, TRY_CAST(f.value->>'$.trace_id' AS UUID) AS trace_id,
    TRY_CAST('0x' || f.key AS UBIGINT) AS span_id, 0::UBIGINT AS parent_id,
    f.value->>'$.function' AS function, f.value->>'$.module' AS module, f.value->>'$.file' AS file,
    TRY_CAST(f.value->>'$.line' AS INTEGER) AS line, 'module' AS kind, TRY_CAST(f.value->>'$.start_ns' AS BIGINT) AS start_ns,
    TRY_CAST(f.value->>'$.duration_ns' AS BIGINT) AS duration_ns, NULL::BIGINT AS child_ns,
    TRY_CAST(f.value->>'$.duration_ns' AS BIGINT) AS ran_ns, 0::UINTEGER AS suspensions,
    0::UINTEGER AS depth, 0::UBIGINT AS stack, 0::UBIGINT AS ordinal, 0::UBIGINT AS last_ordinal, h.value->>'$.name' AS thread,
    TRY_CAST(f.value->>'$.thread' AS UBIGINT) AS thread_id, t.value->>'$.name' AS task, TRY_CAST(f.value->>'$.task' AS UBIGINT) AS task_id,
    coalesce(TRY_CAST(f.value->>'$.outcome' AS UTINYINT), 255::UTINYINT) AS outcome,
    NULL::VARCHAR AS k1, NULL::VARCHAR AS k2, NULL::VARCHAR AS k3, NULL::VARCHAR AS k4,
    NULL::BIGINT AS a1, NULL::BIGINT AS a2, NULL::BIGINT AS a3, NULL::BIGINT AS a4, NULL::BIGINT AS rest, NULL::BIGINT AS result,
    TRY_CAST(f.value->'$.exception' AS JSON) AS exception, TRY_CAST(f.value->'$.extra' AS JSON) AS extra, NULL::JSON AS more,
    4294967295::UINTEGER AS chunk,
    (row_number() OVER (PARTITION BY f.run_id, f.value->>'$.function' ORDER BY TRY_CAST(f.value->>'$.start_ns' AS BIGINT), f.key))::UINTEGER
        AS number,
    NULL::INTEGER AS called_line, TRY_CAST(f.value->>'$.ended_line' AS INTEGER) AS ended_line,
    -(1::BIGINT << 40) - row_number() OVER (ORDER BY f.key) AS place
FROM (SELECT * FROM base.fact WHERE fact.kind = 'module') f
LEFT JOIN base.fact p ON p.kind = 'process' AND p.process = f.process
LEFT JOIN base.fact h ON h.kind = 'thread' AND h.process = f.process AND h.key = f.value->>'$.thread'
LEFT JOIN base.fact t ON t.kind = 'task' AND t.process = f.process AND t.key = f.value->>'$.task';

ALTER VIEW base.call RENAME TO call_made;

CREATE VIEW base.call AS FROM base.call_made UNION ALL FROM base.module_call;

ALTER VIEW base.tally RENAME TO tally_made;

CREATE VIEW base.tally AS FROM base.tally_made UNION ALL
SELECT run_id, chunk, function, any_value(file), any_value(line), count(*), count(*), 0, NULL, NULL, NULL, NULL, NULL,
    min(start_ns), max(start_ns)
FROM base.module_call GROUP BY run_id, chunk, function;
