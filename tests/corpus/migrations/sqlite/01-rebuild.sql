CREATE TABLE new_orders (id integer PRIMARY KEY AUTOINCREMENT, email text NOT NULL);
INSERT INTO new_orders SELECT id, email FROM orders;
DROP TABLE orders;
ALTER TABLE new_orders RENAME TO orders;
