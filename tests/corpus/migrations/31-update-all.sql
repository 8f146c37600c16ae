UPDATE orders SET state = 'old';
DELETE FROM users;
UPDATE orders SET state = 'x' WHERE id < 100;
UPDATE orders o SET state = u.state FROM users u WHERE u.id = o.user_id;
