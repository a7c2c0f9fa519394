"""What does ``python -m pkgops.cli`` run?"""

from pkgops.cli.main import main

main()
