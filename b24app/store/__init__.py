"""Tables and named queries. The portal is the first argument of every query on a portal's data."""
