ALTER TABLE orders ALTER COLUMN number TYPE bigint USING number::bigint;
