"""The window of the end-to-end tests is drawn without a screen unless a platform is named."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
