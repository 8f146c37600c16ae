"""HAProxy behind the balancer port."""
