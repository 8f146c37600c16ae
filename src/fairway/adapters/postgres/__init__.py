"""PostgreSQL behind the ports of `databases`: looked at by its driver, copied by its own tools in a container of its
own version."""
