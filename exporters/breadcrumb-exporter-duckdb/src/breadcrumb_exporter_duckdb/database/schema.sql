CREATE TABLE meta (name VARCHAR, value VARCHAR);
CREATE TABLE ledger (spool VARCHAR, position BIGINT, damaged BIGINT, problem VARCHAR);
CREATE TABLE fact (run_id VARCHAR, process UBIGINT, kind VARCHAR, key VARCHAR, value JSON);
CREATE TABLE call (
    run_id VARCHAR, process UBIGINT, pid BIGINT, trace_id UUID, span_id UBIGINT, parent_id UBIGINT,
    function VARCHAR, module VARCHAR, file VARCHAR, line INTEGER, kind VARCHAR,
    start_ns BIGINT, duration_ns BIGINT, child_ns BIGINT, ran_ns BIGINT, suspensions UINTEGER,
    depth UINTEGER, stack UBIGINT, ordinal UBIGINT, last_ordinal UBIGINT,
    thread VARCHAR, thread_id UBIGINT, task VARCHAR, task_id UBIGINT,
    outcome UTINYINT, k1 VARCHAR, k2 VARCHAR, k3 VARCHAR, k4 VARCHAR,
    a1 BIGINT, a2 BIGINT, a3 BIGINT, a4 BIGINT, rest BIGINT, result BIGINT,
    exception JSON, extra JSON, more JSON, chunk UINTEGER, number UINTEGER,
    called_line INTEGER, ended_line INTEGER
);
CREATE TABLE value (run_id VARCHAR, id BIGINT, digest UHUGEINT, text JSON);
CREATE TABLE tally (
    run_id VARCHAR, chunk UINTEGER, function VARCHAR, file VARCHAR, line INTEGER,
    numbers BIGINT, calls BIGINT, errors BIGINT, self_ns BIGINT, total_ns BIGINT, min_ns BIGINT, max_ns BIGINT,
    slowest UBIGINT, first_ns BIGINT, last_ns BIGINT
);
CREATE TABLE span (
    run_id VARCHAR, process UBIGINT, trace_id UUID, span_id UBIGINT, parent_id UBIGINT,
    name VARCHAR, kind VARCHAR, scope VARCHAR, start_ns BIGINT, end_ns BIGINT, status VARCHAR,
    status_message VARCHAR, attributes JSON, events JSON, links JSON, resource JSON, otlp JSON
);
