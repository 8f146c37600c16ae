alter table `orders` add column `state` text not null;
alter table [orders] drop column [coupon_code];
create table `t` (`id` integer not null primary key autoincrement) without rowid;
create index `i` on `t` (`id`);
