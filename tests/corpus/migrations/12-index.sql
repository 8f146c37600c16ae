CREATE INDEX orders_email ON public.orders (lower(email)) WHERE email IS NOT NULL;
