"""The factory: randomness by index, shards, gathering, provenance. Knows no physics."""
