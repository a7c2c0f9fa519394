"""What does ``python -m pkgops.cli`` run?"""

from pkgops.cli import main

main()
