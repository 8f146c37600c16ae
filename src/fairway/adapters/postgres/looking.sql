-- What is asked of a database beside its schema; the short forms are those of schema.sql.

-- sizes of tables
SELECT format('%s.%s', n.nspname, c.relname),
       CASE WHEN c.reltuples > 0 THEN c.reltuples::bigint ELSE coalesce(s.n_live_tup, 0) END,
       CASE WHEN c.relkind <> 'p' THEN pg_total_relation_size(c.oid)
            ELSE (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(c.oid)) END::bigint
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND ours(n)
ORDER BY 1;

-- tables with rows
SELECT n.nspname, c.relname, pg_table_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ours(n) AND free(c, pg_class)
ORDER BY 3 DESC, 1, 2;

-- states of sequences
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND ours(n) AND free(c, pg_class)
ORDER BY 1;

-- contents of large objects
SELECT count(*), coalesce(sum(hashtextextended(format('%s %s', oid, md5(lo_get(oid))), 0)::numeric), 0)::text
FROM pg_largeobject_metadata;

-- what the role may not read
SELECT CASE c.relkind WHEN 'S' THEN 'sequence ' ELSE '' END || format('%s.%s', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND ours(n) AND free(c, pg_class)
  AND NOT (has_schema_privilege(n.oid, 'USAGE') AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                                                                   ELSE has_table_privilege(c.oid, 'SELECT') END)
ORDER BY 1;

-- tables whose rows are hidden
SELECT format('%s.%s', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND ours(n)
  AND row_security_active(c.oid)
ORDER BY 1;

-- locks
SELECT l.virtualtransaction, l.relation::bigint, l.mode, extract(epoch FROM a.xact_start)::float8
FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'relation' AND l.granted AND d.datname = current_database() AND l.relation >= 16384
  AND l.mode NOT IN ('AccessShareLock', 'RowShareLock') AND a.xact_start IS NOT NULL AND a.application_name <> 'fairway';

-- other sessions
SELECT count(*) FILTER (WHERE datname = current_database() AND backend_type = 'client backend'
                          AND application_name <> 'fairway'),
       extract(epoch FROM clock_timestamp())::float8
FROM pg_stat_activity;

-- files of tables
SELECT c.oid::bigint, format('%s.%s', n.nspname, c.relname), pg_relation_filenode(c.oid)::bigint,
       greatest(c.reltuples, 0)::bigint, pg_table_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND ours(n);

-- size and counters
SELECT pg_database_size(current_database()), pg_current_wal_insert_lsn()::text,
       (SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables);

-- settings that wait
SELECT current_setting('full_page_writes') <> 'on';

-- who waits to change the schema
SELECT a.pid, a.backend_start::text, a.query, c.relname, extract(epoch FROM clock_timestamp() - a.query_start)::float8
FROM pg_locks l
JOIN pg_stat_activity a USING (pid)
JOIN pg_class c ON c.oid = l.relation
WHERE NOT l.granted AND l.locktype = 'relation' AND a.datname = current_database() AND a.usename = session_user
  AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
  AND a.pid <> pg_backend_pid() AND a.backend_start > %s::timestamptz AND a.wait_event_type = 'Lock';

-- who holds the gate
SELECT coalesce(nullif(a.application_name, ''), 'a session') || ' from '
         || coalesce(host(a.client_addr), 'the server''s own host') || ' since ' || date_trunc('second', a.backend_start)
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s::oid AND l.objid = %s::oid AND l.objsubid = 2;
