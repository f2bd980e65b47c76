-- What only a user's own SQL asks for: the questions do without, and open a store quicker.
CREATE VIEW redactions AS
SELECT run_id, value->>'$.rule' AS rule, value->>'$.place' AS place,
    sum(TRY_CAST(value->>'$.count' AS BIGINT))::BIGINT AS count
FROM base.fact WHERE kind = 'redaction' GROUP BY ALL;

CREATE VIEW threads AS
SELECT run_id, printf('%016x', process) AS process, TRY_CAST(key AS UBIGINT) AS key, value->>'$.name' AS name,
    TRY_CAST(value->>'$.ident' AS UBIGINT) AS ident, TRY_CAST(value->>'$.native_id' AS UBIGINT) AS native_id
FROM base.fact WHERE kind = 'thread';

CREATE VIEW tasks AS
SELECT run_id, printf('%016x', process) AS process, TRY_CAST(key AS UBIGINT) AS key, value->>'$.name' AS name
FROM base.fact WHERE kind = 'task';

CREATE VIEW tests AS
SELECT run_id, printf('%016x', process) AS process, value->>'$.test' AS test, value->>'$.outcome' AS outcome,
    value->>'$.phase' AS phase, make_timestamp(TRY_CAST(value->>'$.start_ns' AS BIGINT) // 1000) AS started,
    TRY_CAST(value->>'$.start_ns' AS BIGINT) AS start_ns, TRY_CAST(value->>'$.end_ns' AS BIGINT) AS end_ns
FROM base.fact WHERE kind = 'test';

CREATE VIEW handled AS
SELECT run_id, printf('%016x', process) AS process, value->>'$.function' AS function, value->>'$.file' AS file,
    TRY_CAST(value->>'$.line' AS INTEGER) AS line, value->>'$.type' AS type,
    value->>'$.samples[0].exception.message' AS message, value->>'$.raised.file' AS raised_file,
    TRY_CAST(value->>'$.raised.line' AS INTEGER) AS raised_line, value->>'$.raised.function' AS raised_function,
    TRY_CAST(value->>'$.count' AS BIGINT) AS count, TRY_CAST(value->>'$.replaced' AS BIGINT) AS replaced,
    value->>'$.by.type' AS replaced_by, TRY_CAST(value->>'$.left' AS BOOLEAN) AS left_calls, value->'$.samples' AS samples
FROM base.fact WHERE kind = 'handled';

CREATE VIEW modules AS
SELECT f.run_id, printf('%016x', f.process) AS process, f.key AS span_id, f.value->>'$.function' AS function,
    f.value->>'$.module' AS module, f.value->>'$.file' AS file, h.value->>'$.name' AS thread,
    make_timestamp(TRY_CAST(f.value->>'$.start_ns' AS BIGINT) // 1000) AS start,
    TRY_CAST(f.value->>'$.start_ns' AS BIGINT) AS start_ns, TRY_CAST(f.value->>'$.duration_ns' AS BIGINT) AS duration_ns,
    CASE f.value->>'$.outcome' WHEN '0' THEN 'ok' WHEN '2' THEN 'ok' WHEN '1' THEN 'error' WHEN '3' THEN 'unknown' ELSE 'open' END
        AS status,
    TRY_CAST(f.value->'$.exception' AS JSON) AS exception, TRY_CAST(f.value->'$.extra' AS JSON) AS extra
FROM base.fact f
LEFT JOIN base.fact h ON h.kind = 'thread' AND h.process = f.process AND h.key = f.value->>'$.thread'
WHERE f.kind = 'module';

CREATE VIEW exceptions AS
WITH RECURSIVE failed AS (
    SELECT *, exception->>'$.id' AS exception_id FROM base.call WHERE outcome = 1
),
climb AS (  -- the same exception in the caller: a new one differs in its address, its text or where it was raised
    SELECT span_id, parent_id, exception, process, thread_id, task_id, 0 AS level, start_ns + duration_ns AS ended_ns FROM failed
    UNION ALL
    SELECT climb.span_id, failed.parent_id, climb.exception, failed.process, failed.thread_id, failed.task_id, level + 1,
        failed.start_ns + failed.duration_ns
    FROM climb JOIN failed ON failed.span_id = climb.parent_id AND failed.exception = climb.exception
),
caught AS (  -- not by a call in another process, thread or task: that gets no exception of this one
    SELECT climb.span_id, call.function
    FROM climb JOIN base.call ON call.span_id = climb.parent_id AND call.process = climb.process
        AND call.thread_id IS NOT DISTINCT FROM climb.thread_id
        AND (coalesce(call.task_id, 0) = 0 OR call.task_id IS NOT DISTINCT FROM climb.task_id)
    WHERE call.outcome = 0 OR (call.outcome = 1 AND call.exception IS DISTINCT FROM climb.exception)
),
unhandled AS (  -- what came to nobody: it ended a program, or was left to a thread or an event loop
    SELECT run_id, process, value->'$.exception' AS exception, [  -- an address alone is soon another's
        value->>'$.exception.id', value->>'$.exception.type', value->>'$.exception.file', value->>'$.exception.line'] AS same
    FROM base.fact WHERE kind IN ('end', 'uncaught') AND (value->'$.exception') IS NOT NULL
),
keepers AS (  -- handlers that kept exceptions which had left a call, or a module's body; which ones, where all are known
    SELECT * EXCLUDE count, CASE WHEN len(kept) = count THEN kept END AS known
    FROM (
        SELECT process, value->>'$.function' AS function, value->>'$.type' AS type, value->>'$.raised.file' AS file,
            value->>'$.raised.line' AS line, TRY_CAST(value->>'$.count' AS BIGINT) AS count, list_transform(
                list_filter(TRY_CAST(value->'$.samples' AS JSON[]), lambda s: (s->'$.by') IS NULL), lambda s: s->>'$.exception.id') AS kept
        FROM base.fact WHERE kind = 'handled'
            AND (value->>'$.left' = 'true' OR ends_with(value->>'$.raised.function', '<module>'))
    ) WHERE count > 0
),
bodies AS (  -- when the bodies of modules ran
    SELECT process, value->>'$.function' AS function, list([TRY_CAST(value->>'$.start_ns' AS BIGINT),
        TRY_CAST(value->>'$.start_ns' AS BIGINT) + TRY_CAST(value->>'$.duration_ns' AS BIGINT)]) AS ran
    FROM base.fact WHERE kind = 'module' GROUP BY ALL
),
seen AS (  -- a handler of a module's body that ran, or of a call that goes on, which kept the exception
    SELECT climb.span_id, arg_max(keeper.function, climb.level) AS function
    FROM climb JOIN keepers keeper ON keeper.process = climb.process AND keeper.type = climb.exception->>'$.type'
        AND keeper.file = climb.exception->>'$.file' AND keeper.line = climb.exception->>'$.line'
        AND (keeper.known IS NULL OR list_contains(keeper.known, climb.exception->>'$.id'))
    LEFT JOIN base.call ON call.span_id = climb.parent_id
    LEFT JOIN bodies ON bodies.process = climb.process AND bodies.function = keeper.function
    WHERE ((climb.parent_id = 0 AND ends_with(keeper.function, '<module>') AND (bodies.ran IS NULL OR len(list_filter(
                bodies.ran, lambda r: climb.ended_ns BETWEEN r[1] AND coalesce(r[2], climb.ended_ns))) > 0))
        OR (call.outcome = 255 AND call.function = keeper.function))
        AND NOT EXISTS (FROM unhandled WHERE unhandled.process = climb.process
            AND unhandled.same = [climb.exception->>'$.id', climb.exception->>'$.type', climb.exception->>'$.file', climb.exception->>'$.line'])
    GROUP BY climb.span_id
),
inner_frame AS (SELECT DISTINCT parent_id, exception FROM failed)
SELECT f.run_id, replace(f.trace_id::VARCHAR, '-', '') AS trace_id, printf('%016x', f.span_id) AS span_id,
    f.function, f.file, f.line, f.exception->>'$.type' AS type, f.exception->>'$.message' AS message,
    f.exception->>'$.file' AS raised_file, TRY_CAST(f.exception->>'$.line' AS INTEGER) AS raised_line,
    f.exception->>'$.function' AS raised_function, f.exception_id,
    make_timestamp(f.start_ns // 1000) AS start, f.start_ns,
    coalesce(h.function, s.function) AS handled_by, i.parent_id IS NULL AS first
FROM failed f
LEFT JOIN caught h ON h.span_id = f.span_id
LEFT JOIN seen s ON s.span_id = f.span_id
LEFT JOIN inner_frame i ON i.parent_id = f.span_id AND i.exception = f.exception
UNION ALL  -- those that left no call
SELECT u.run_id, NULL, NULL, u.exception->>'$.from.function', u.exception->>'$.from.file',
    TRY_CAST(u.exception->>'$.from.line' AS INTEGER), u.exception->>'$.type', u.exception->>'$.message',
    u.exception->>'$.file', TRY_CAST(u.exception->>'$.line' AS INTEGER), u.exception->>'$.function', u.exception->>'$.id',
    NULL, NULL, NULL, true
FROM unhandled u
WHERE NOT EXISTS (FROM failed f WHERE f.process = u.process AND u.same = [f.exception->>'$.id', f.exception->>'$.type', f.exception->>'$.file', f.exception->>'$.line']);

CREATE VIEW changes AS
SELECT run_id, trace_id, span_id, function, argument, json_extract(args, '$."' || argument || '"') AS before,
    json_extract(extra, '$.args_after."' || argument || '"') AS after, start_ns + duration_ns AS time_ns, thread, task
FROM (SELECT *, unnest(json_keys(extra->'$.args_after')) AS argument FROM calls WHERE (extra->'$.args_after') IS NOT NULL);

CREATE VIEW lines AS
SELECT run_id, trace_id, span_id, function, file, TRY_CAST(ran->>'$[0]' AS INTEGER) AS line, seq,
    make_timestamp((start_ns + TRY_CAST(ran->>'$[1]' AS BIGINT)) // 1000) AS timestamp,
    start_ns + TRY_CAST(ran->>'$[1]' AS BIGINT) AS time_ns, ran->'$[2]' AS changed, ran->'$[3]' AS unbound, thread, task
FROM (
    SELECT *, unnest(TRY_CAST(extra->'$.lines' AS JSON[])) AS ran,
        generate_subscripts(TRY_CAST(extra->'$.lines' AS JSON[]), 1)::INTEGER AS seq
    FROM (
        SELECT run_id, trace_id, span_id, function, file, start_ns, thread, task, extra FROM calls WHERE extra IS NOT NULL
        UNION ALL SELECT run_id, NULL, span_id, function, file, start_ns, thread, NULL, extra FROM modules WHERE extra IS NOT NULL
    )
)
WHERE json_type(ran) = 'ARRAY';

CREATE VIEW variables AS
WITH change AS (
    SELECT l.*, unnest(json_keys(changed)) AS name, json_extract(changed, '$."' || name || '"') AS value FROM lines l
    UNION ALL
    SELECT l.*, unnest(unbound::VARCHAR[]) AS name, NULL FROM lines l
)
SELECT run_id, trace_id, span_id, function, 'args' AS place, name,
    json_extract(args, '$."' || name || '"') AS value, start AS timestamp, start_ns AS time_ns,
    NULL::INTEGER AS line, 0 AS seq, NULL::JSON AS previous, thread, task
FROM (SELECT *, unnest(json_keys(args)) AS name FROM calls)
UNION ALL
SELECT run_id, trace_id, span_id, function, 'return', 'return', "return",
    make_timestamp((start_ns + duration_ns) // 1000), start_ns + duration_ns, NULL, NULL, NULL,
    thread, task
FROM calls WHERE "return" IS NOT NULL
UNION ALL
SELECT c.run_id, c.trace_id, c.span_id, c.function, 'line', c.name, c.value, c.timestamp, c.time_ns, c.line, c.seq,
    CASE WHEN row_number() OVER w = 1 THEN json_extract(k.args, '$."' || c.name || '"') ELSE lag(c.value) OVER w END,
    c.thread, c.task
FROM change c JOIN calls k ON k.span_id = c.span_id AND k.run_id = c.run_id
WINDOW w AS (PARTITION BY c.run_id, c.span_id, c.name ORDER BY c.seq);

CREATE VIEW trace_events AS
SELECT trace_id, run_id, span_id, start AS timestamp, 'call' AS event, function AS function_name, function,
    file, line, depth, thread, task, args AS variables, start_ns AS time_ns
FROM calls
UNION ALL
SELECT trace_id, run_id, span_id, make_timestamp((start_ns + duration_ns) // 1000), 'return', function, function,
    file, line, depth, thread, task, json_object('return', "return"), start_ns + duration_ns
FROM calls WHERE outcome = 0
UNION ALL
SELECT trace_id, run_id, span_id, make_timestamp((start_ns + duration_ns) // 1000), 'exception', function, function,
    coalesce(exception->>'$.file', file), coalesce(TRY_CAST(exception->>'$.line' AS INTEGER), line), depth, thread, task,
    exception, start_ns + duration_ns
FROM calls WHERE outcome = 1;

CREATE VIEW traces AS
WITH part AS (
    SELECT trace_id, any_value(run_id) AS run_id, min(start_ns) AS start_ns,
        max(start_ns + duration_ns) AS end_ns, count(*) AS calls, 0 AS spans, bool_or(outcome = 1) AS has_exception,
        arg_min(span_id, (parent_id <> 0, start_ns)) AS root, bool_or(outcome = 255) AS is_open
    FROM base.call GROUP BY trace_id
    UNION ALL
    SELECT trace_id, any_value(run_id), min(start_ns), max(end_ns), 0, count(*), bool_or(status = 'ERROR'),
        arg_min(span_id, (parent_id <> 0, start_ns)), false
    FROM base.span GROUP BY trace_id
),
trace AS (
    SELECT trace_id, any_value(run_id) AS run_id, min(start_ns) AS start_ns, max(end_ns) AS end_ns,
        sum(calls)::BIGINT AS calls, sum(spans)::BIGINT AS spans, bool_or(has_exception) AS has_exception,
        arg_min(root, start_ns) AS root, bool_or(is_open) AS is_open
    FROM part GROUP BY trace_id
),
raised AS (
    SELECT trace_id, arg_min(concat_ws(': ', exception->>'$.type', exception->>'$.message'), start_ns) AS exception
    FROM base.call WHERE outcome = 1 GROUP BY trace_id
)
SELECT replace(t.trace_id::VARCHAR, '-', '') AS trace_id, t.run_id, make_timestamp(t.start_ns // 1000) AS timestamp,
    coalesce(c.function, s.name) AS function, coalesce(c.function, s.name) AS function_name,
    CASE WHEN t.is_open THEN NULL ELSE t.end_ns - t.start_ns END AS duration_ns, t.calls, t.spans,
    t.has_exception, r.exception,
    CASE WHEN t.is_open THEN 'open' WHEN c.outcome = 1 OR s.status = 'ERROR' THEN 'error'
        WHEN c.outcome = 3 THEN 'unknown' ELSE 'ok' END AS status, t.start_ns
FROM trace t
LEFT JOIN base.call c ON c.span_id = t.root AND c.trace_id = t.trace_id
LEFT JOIN base.span s ON s.span_id = t.root AND s.trace_id = t.trace_id
LEFT JOIN raised r ON r.trace_id = t.trace_id;
