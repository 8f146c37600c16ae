ALTER TABLE orders ADD COLUMN slug text UNIQUE;
ALTER TABLE orders ADD COLUMN rate int CHECK (rate > 0);
ALTER TABLE orders ADD COLUMN shop_id bigint DEFAULT 1 REFERENCES users (id);
ALTER TABLE orders ADD COLUMN n smallserial UNIQUE;
ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;
