"""One verb, one file: words in, exit code out."""
