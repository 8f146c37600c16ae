ALTER TABLE order_lines RENAME TO lines;
