ALTER TABLE orders ADD COLUMN counter bigserial;
