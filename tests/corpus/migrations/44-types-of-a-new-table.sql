CREATE TABLE things (id int, code char(3), name varchar(10), at timestamp, n serial);
