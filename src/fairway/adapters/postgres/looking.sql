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
