"""Model packages: a trained network with all that a stranger needs to use it and to doubt it."""
