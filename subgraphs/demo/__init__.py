"""The demo data: one province's market, made from nothing but counters and word lists, the same on every machine."""
