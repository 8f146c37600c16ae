CREAT TABLE x (;
ALTER TABEL orders DROP COLUMN x;
\c other
CREATE INDEX ON orders (net);
SELECT 'never closed;
