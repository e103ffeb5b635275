"""`python -m b24app <command>`."""

import sys

from b24app.cli import main

sys.exit(main())
