# Says when the sun rises.
# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "python-dateutil==2.8.2",
#     "idna==3.6 ; python_version < '3.12'",
#     "idna==3.7 ; python_version >= '3.12'",
# ]
# ///
"""Say when the sun rises."""

TIME = "at six"
