"""A database with one of everything, for what has to see and to copy all of it."""

ROLES = """
CREATE ROLE reader NOLOGIN;
CREATE ROLE clerk LOGIN PASSWORD 'clerk-word' IN ROLE reader;
ALTER ROLE clerk SET statement_timeout = '5s';
"""

RICH = r"""
CREATE EXTENSION pgcrypto;
CREATE SCHEMA billing;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TYPE pair AS (a int, b text);
CREATE TABLE users (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'nobody', email email UNIQUE,
  mood mood, born date, balance numeric(10,2), seen timestamptz DEFAULT now(), ratio double precision, raw bytea,
  spent interval, price money, tags text[], duo pair, about regclass,
  full_name text GENERATED ALWAYS AS (upper(name)) STORED
);
CREATE TABLE "Odd ""Name" ("a b" serial, code text COLLATE "C");
CREATE TABLE orders (id bigserial PRIMARY KEY, user_id int REFERENCES users, total int CHECK (total >= 0), note text);
ALTER TABLE orders ADD CONSTRAINT note_given CHECK (note IS NOT NULL) NOT VALID;
CREATE INDEX orders_note ON orders (lower(note)) WHERE total > 0;
CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE animals (name text); CREATE TABLE cats (lives int) INHERITS (animals);
CREATE UNLOGGED TABLE cache (key text, value text);
CREATE VIEW happy AS SELECT id, name FROM users WHERE mood = 'happy';
CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY 1;
CREATE FUNCTION double(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.note := coalesce(NEW.note, ''); RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE SEQUENCE billing.numbers START 100 INCREMENT 10;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT TO reader USING (user_id = 1);
GRANT SELECT ON users TO reader; GRANT UPDATE (note) ON orders TO clerk; GRANT USAGE ON SCHEMA billing TO reader;
ALTER TABLE cache OWNER TO clerk;
COMMENT ON TABLE orders IS 'what was bought'; COMMENT ON COLUMN orders.total IS 'in cents';
INSERT INTO users (name, email, mood, born, balance, ratio, raw, spent, price, tags, duo, about)
  SELECT 'user ' || n, n || '@shop', (ARRAY['sad','ok','happy']::mood[])[n % 3 + 1], date '2000-01-01' + n,
         n * 1.5, n / 7.0, decode(md5(n::text), 'hex'), n * interval '1 hour', (n * 3)::text::money,
         ARRAY[n::text, NULL], (n, 'b')::pair,
         'users'::regclass FROM generate_series(1, 500) n;
INSERT INTO orders (user_id, total, note) SELECT n % 500 + 1, n, 'note ' || n FROM generate_series(1, 2000) n;
INSERT INTO events SELECT date '2025-06-01' + n, 'event ' || n FROM generate_series(1, 400) n;
INSERT INTO animals VALUES ('dog'); INSERT INTO cats VALUES ('tom', 9);
INSERT INTO cache VALUES ('k', 'v');
INSERT INTO "Odd ""Name" (code) VALUES ('x'), (NULL);
SELECT nextval('billing.numbers'), nextval('billing.numbers');
SELECT lo_from_bytea(0, 'a large object'::bytea);
REFRESH MATERIALIZED VIEW totals;
"""
