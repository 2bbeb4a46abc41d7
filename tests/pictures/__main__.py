"""Draw the pictures: `python -m tests.pictures run` or `house`."""

import sys

from tests.pictures import house, run

PICTURES = {"run": run, "house": house}

if __name__ == "__main__":
    names = sys.argv[1:]
    if len(names) != 1 or names[0] not in PICTURES:
        sys.exit(f"usage: python -m tests.pictures {'|'.join(PICTURES)}")
    picture = PICTURES[names[0]]
    made = picture.make()
    old = picture.PICTURE.read_text(encoding="utf-8") if picture.PICTURE.exists() else ""
    if picture.without_days(made) != picture.without_days(old):
        picture.PICTURE.write_text(made, encoding="utf-8")
