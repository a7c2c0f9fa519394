"""The seeded packages and users.

``npm`` and ``pypi`` contain a table of packages each, ``notes`` what only a few packages have (deprecation, archiving,
advisories), ``table`` reads them. The names are real; the numbers have the right order of magnitude. Ages count back
from the time of seeding, so that risk levels stay the same.
"""
