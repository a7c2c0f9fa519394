"""The program as ``python -m pkgops.cli``."""

from pkgops.cli.main import main

main()
