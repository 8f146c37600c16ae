ALTER TABLE orders ADD CONSTRAINT positive CHECK (net >= 0);
