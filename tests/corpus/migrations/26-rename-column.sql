ALTER TABLE orders RENAME COLUMN coupon_code TO coupon;
