ALTER TABLE orders ALTER COLUMN email TYPE text;
ALTER TABLE orders ALTER COLUMN email TYPE varchar(400);
ALTER TABLE orders ALTER COLUMN price TYPE numeric(12,2);
