"""The only door to the cache directory."""
