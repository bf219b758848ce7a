"""The version of graddiff."""

__version__ = "0.1.0"
