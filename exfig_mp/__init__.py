"""exfig-mp exports design assets from Figma with many processes and few API calls.

This file stays free of imports: every spawned worker runs it.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
