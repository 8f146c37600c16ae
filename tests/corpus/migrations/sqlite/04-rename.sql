ALTER TABLE orders RENAME COLUMN coupon_code TO coupon;
PRAGMA foreign_keys = OFF;
