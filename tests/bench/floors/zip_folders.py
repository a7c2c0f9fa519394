"""The floor of packaging an application: its folders zipped by the standard library, each time anew.

``zip_folders.py TARGET FOLDER ...``
"""

from __future__ import annotations

import shutil
import sys

target, *folders = sys.argv[1:]
for number, folder in enumerate(folders):
    shutil.make_archive(f"{target}/{number}", "zip", folder)
