CREATE VIEW codes AS
SELECT run_id, printf('%016x', process) AS process, TRY_CAST(key AS UINTEGER) AS key,
    value->>'$.module' AS module, value->>'$.qualname' AS qualname, value->>'$.function' AS function,
    value->>'$.file' AS file, TRY_CAST(value->>'$.line' AS INTEGER) AS line, value->>'$.kind' AS kind
FROM base.fact WHERE fact.kind = 'code';

CREATE VIEW calls AS
SELECT run_id, printf('%016x', process) AS process, pid,
    replace(trace_id::VARCHAR, '-', '') AS trace_id, printf('%016x', span_id) AS span_id,
    CASE WHEN parent_id = 0 THEN NULL ELSE printf('%016x', parent_id) END AS parent_span_id,
    function, module, substr(function, length(module) + 2) AS qualname, file, line, kind,
    make_timestamp(start_ns // 1000) AS start, start_ns, duration_ns, ran_ns,
    ran_ns - child_ns AS self_ns, child_ns, suspensions, depth, stack, ordinal, last_ordinal,
    thread, thread_id, task, task_id,
    CASE WHEN outcome = 1 THEN 'error' WHEN outcome = 3 THEN 'unknown'
        WHEN outcome = 255 THEN 'open' ELSE 'ok' END AS status,
    nullif(outcome, 255) AS outcome, args, "return", exception,
    called_line, ended_line, extra, more, span_id AS span_key, parent_id AS parent_key
FROM base.whole_call;

CREATE VIEW gaps AS
SELECT run_id, printf('%016x', process) AS process, value->>'$.caller' AS caller,
    value->>'$.file' AS caller_file, TRY_CAST(value->>'$.line' AS INTEGER) AS caller_line,
    value->>'$.callee' AS callee, value->>'$.kind' AS kind, TRY_CAST(value->>'$.count' AS BIGINT) AS count,
    coalesce(TRY_CAST(value->>'$.lower_bound' AS BOOLEAN), false) AS lower_bound, value->>'$.include' AS include
FROM base.fact WHERE fact.kind = 'gap';

CREATE VIEW counts AS
SELECT n.run_id, printf('%016x', n.process) AS process, TRY_CAST(n.key AS UINTEGER) AS code,
    c.value->>'$.function' AS function, TRY_CAST(n.value->>'$.calls' AS BIGINT) AS calls,
    TRY_CAST(n.value->>'$.total_ns' AS BIGINT) AS total_ns, TRY_CAST(n.value->>'$.min_ns' AS BIGINT) AS min_ns,
    TRY_CAST(n.value->>'$.max_ns' AS BIGINT) AS max_ns, TRY_CAST(n.value->>'$.thinned' AS BIGINT) AS thinned,
    TRY_CAST(n.value->>'$.thinned_ns' AS BIGINT) AS thinned_ns, TRY_CAST(n.value->>'$.thinned_self_ns' AS BIGINT) AS thinned_self_ns,
    n.value->>'$.reason' AS reason
FROM base.fact n LEFT JOIN base.fact c ON c.kind = 'code' AND c.process = n.process AND c.key = n.key
WHERE n.kind = 'count';

CREATE VIEW drops AS
SELECT run_id, printf('%016x', process) AS process, value->>'$.where' AS where_,
    value->>'$.reason' AS reason, TRY_CAST(value->>'$.count' AS BIGINT) AS count
FROM base.fact WHERE kind = 'drop';

CREATE VIEW deliveries AS
SELECT run_id, printf('%016x', process) AS process, value->>'$.exporter' AS exporter,
    value->>'$.endpoint' AS endpoint, (value->>'$.made')::BIGINT AS made, (value->>'$.sent')::BIGINT AS sent,
    (value->>'$.refused')::BIGINT AS refused, (value->>'$.lost')::BIGINT AS lost,
    (value->>'$.kept_home')::BIGINT AS kept_home, (value->>'$.waiting')::BIGINT AS waiting,
    value->>'$.reason' AS reason
FROM base.fact WHERE kind = 'delivery';

CREATE VIEW facts AS
SELECT run_id, printf('%016x', process) AS process, kind, key, value AS value FROM base.fact;

CREATE VIEW processes AS
SELECT f.run_id, printf('%016x', f.process) AS process, TRY_CAST(f.value->>'$.pid' AS BIGINT) AS pid,
    TRY_CAST(f.value->>'$.parent_pid' AS BIGINT) AS parent_pid,
    make_timestamp(TRY_CAST(f.value->>'$.start_ns' AS BIGINT) // 1000) AS started,
    make_timestamp(TRY_CAST(e.value->>'$.end_ns' AS BIGINT) // 1000) AS ended,
    array_to_string(TRY_CAST(f.value->'$.command' AS VARCHAR[]), ' ') AS command,
    f.value->>'$.cwd' AS cwd, f.value->>'$.python' AS python, f.value->>'$.recorder' AS recorder,
    CASE WHEN e.value->>'$.end_ns' IS NOT NULL THEN coalesce(e.value->>'$.how', 'exit')
        WHEN a.process IS NOT NULL THEN 'running' ELSE 'ended without goodbye' END AS ended_how,
    TRY_CAST(f.value->'$.scope' AS JSON) AS scope, f.value AS facts, TRY_CAST(e.value->'$.exception' AS JSON) AS exception
FROM base.fact f
LEFT JOIN base.fact e ON e.kind = 'end' AND e.process = f.process
LEFT JOIN (SELECT DISTINCT process FROM base.alive) a ON a.process = f.process
WHERE f.kind = 'process';

CREATE VIEW spans AS
SELECT run_id, printf('%016x', process) AS process, replace(trace_id::VARCHAR, '-', '') AS trace_id,
    printf('%016x', span_id) AS span_id,
    CASE WHEN parent_id = 0 THEN NULL ELSE printf('%016x', parent_id) END AS parent_span_id,
    name, kind, scope, make_timestamp(start_ns // 1000) AS start, start_ns, end_ns - start_ns AS duration_ns,
    status, status_message, attributes AS attributes, events AS events, links AS links,
    resource AS resource, otlp AS otlp
FROM base.span;

CREATE VIEW runs AS
WITH known AS (
    SELECT run_id, count(DISTINCT process) FILTER (kind = 'process')::INTEGER AS processes,
        arg_max(value, coalesce(TRY_CAST(value->>'$.end_ns' AS BIGINT), 0)) FILTER (kind = 'run') AS run,
        min(TRY_CAST(value->>'$.start_ns' AS BIGINT)) FILTER (kind = 'process') AS first_ns,
        max(TRY_CAST(value->>'$.end_ns' AS BIGINT)) FILTER (kind = 'end') AS last_ns,
        arg_min(value, TRY_CAST(value->>'$.start_ns' AS BIGINT)) FILTER (kind = 'process') AS first_process,
        map_from_entries(list(struct_pack(k := process, v := (value->'$.exception')))
            FILTER (kind = 'end' AND (value->'$.exception') IS NOT NULL)) AS exceptions,
        coalesce(sum(TRY_CAST(value->>'$.count' AS BIGINT)) FILTER (kind = 'drop'), 0)::BIGINT AS dropped,
        coalesce(sum(TRY_CAST(value->>'$.thinned' AS BIGINT)) FILTER (kind = 'count'), 0)::BIGINT AS thinned,
        arg_min(process, TRY_CAST(value->>'$.start_ns' AS BIGINT)) FILTER (kind = 'process') AS first,
        list(process) FILTER (kind = 'end' AND value->>'$.end_ns' IS NOT NULL) AS ended,
        bool_or(kind = 'end' AND value->>'$.how' = 'detach') AS detached
    FROM base.fact WHERE kind IN ('process', 'run', 'end', 'drop', 'count') GROUP BY run_id
),
counted AS (
    SELECT run_id, sum(calls)::BIGINT AS calls, sum(errors)::BIGINT AS errors FROM base.tally GROUP BY run_id
),
state AS (
    SELECT k.*, coalesce(list_contains(ended, first), false) AS first_ended,
        run->>'$.how' AS how, TRY_CAST(run->>'$.exit_status' AS INTEGER) AS exit_status,
        coalesce(exceptions[first], CASE WHEN exit_status <> 0 THEN map_values(exceptions)[-1] END) AS exception,
        a.run_id IS NOT NULL AND coalesce(run->>'$.how', 'running') = 'running' AS alive,
        coalesce(TRY_CAST(run->>'$.start_ns' AS BIGINT), first_ns) AS start_ns,
        coalesce(TRY_CAST(run->>'$.end_ns' AS BIGINT), last_ns) AS end_ns
    FROM known k LEFT JOIN (SELECT DISTINCT run_id FROM base.alive) a ON a.run_id = k.run_id
)
SELECT s.run_id, make_timestamp(s.start_ns // 1000) AS started,
    CASE WHEN alive THEN NULL ELSE make_timestamp(s.end_ns // 1000) END AS ended,
    CASE WHEN alive THEN NULL ELSE s.end_ns - s.start_ns END AS duration_ns,
    array_to_string(TRY_CAST(coalesce(run->'$.command', first_process->'$.command') AS VARCHAR[]), ' ') AS command,
    CASE WHEN how IN ('exit', 'signal', 'timeout') THEN
            CASE WHEN how = 'timeout' THEN 'timeout' WHEN how = 'signal' THEN 'killed'
                WHEN exit_status = 0 THEN 'exited' ELSE 'failed' END
        WHEN alive THEN 'running'
        WHEN how IS NULL AND first_ended AND detached THEN 'detached'
        WHEN how IS NULL AND first_ended THEN CASE WHEN s.exception IS NULL THEN 'exited' ELSE 'failed' END
        ELSE 'ended without goodbye' END AS status,
    exit_status, processes, coalesce(c.calls, 0) + s.thinned AS calls, s.thinned, coalesce(c.errors, 0) AS errors,
    CASE WHEN s.exception IS NOT NULL
        THEN concat_ws(': ', s.exception->>'$.type', nullif(s.exception->>'$.message', '')) END AS exception,
    dropped
FROM state s LEFT JOIN counted c ON c.run_id = s.run_id;
