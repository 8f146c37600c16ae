"""Several servers share one store and the work: each keeps its lease, and goes on with what a dead one leaves."""
