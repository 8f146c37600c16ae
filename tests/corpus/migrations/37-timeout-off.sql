SET lock_timeout = 0;
SET lock_timeout = '3s';
ALTER TABLE orders ADD COLUMN x text;
