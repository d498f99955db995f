"""What the solvers of several studies compute with."""
