"""Run the command line as `python -m pysentry_hook`."""

from pysentry_hook.cli import main

if __name__ == "__main__":
    main()
