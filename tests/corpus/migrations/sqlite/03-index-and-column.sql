CREATE INDEX orders_email ON orders (email);
ALTER TABLE orders ADD COLUMN state text;
ALTER TABLE users ADD COLUMN code text NOT NULL;
