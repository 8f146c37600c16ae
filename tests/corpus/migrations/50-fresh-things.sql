CREATE TABLE fresh (id bigint);
CREATE INDEX fresh_id ON fresh (id);
DROP INDEX fresh_id;
UPDATE fresh SET id = 1;
ALTER TABLE fresh ALTER id TYPE int;
LOCK TABLE fresh;
ALTER TABLE fresh RENAME TO kept;
DROP TABLE kept;
