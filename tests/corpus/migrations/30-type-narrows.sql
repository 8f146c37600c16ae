ALTER TABLE orders ALTER email SET DATA TYPE varchar(20);
