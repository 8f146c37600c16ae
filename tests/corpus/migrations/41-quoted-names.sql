ALTER TABLE "Order; Items" DROP COLUMN "the ""Code""";
ALTER TABLE ONLY "public"."orders" ADD COLUMN "State" text NOT NULL;
