"""What the acceptance tests stand on: the whole program before a served sandbox, and signed requests without a server."""
