"""Feed all that reads what others bring with files that were changed at random."""
