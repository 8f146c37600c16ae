COMMENT ON TABLE orders IS 'DROP TABLE orders;';
INSERT INTO notes VALUES ('ALTER TABLE orders DROP COLUMN id; -- no', $$ DROP TABLE users; $$, E'\'; DROP TABLE users; --');
/* DROP TABLE users; /* nested */ DROP TABLE orders; */
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN DROP TABLE users; END $body$;
