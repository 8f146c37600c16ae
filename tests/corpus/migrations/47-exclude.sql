ALTER TABLE orders ADD CONSTRAINT once EXCLUDE USING gist (room WITH =, period WITH &&);
