"""From people's own measurements to spectral functions with error bands."""
