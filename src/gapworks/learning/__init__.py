"""Training, checkpoints, model packages and metrics, shared by the networks of all studies."""
