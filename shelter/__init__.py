"""Case management for the houses that shelter people who survived trafficking."""

__version__ = "0.1.0"
