"""Which packages does a seeded PkgWatch know, and what is known about them?

``npm`` and ``pypi`` hold a table each, ``notes`` what only a few packages have (deprecation, archiving,
advisories), ``table`` reads them. The names are real; the numbers have the right order of magnitude and are
no snapshot of a day: ages count back from the moment of seeding, so that risk levels stay what they are.
"""
