DROP TABLE IF EXISTS public.order_lines, drafts CASCADE;
