ALTER TABLE users ALTER COLUMN age TYPE bigint;
CREATE INDEX users_age ON users (age);
ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 17);
