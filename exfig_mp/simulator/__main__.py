"""`python -m exfig_mp.simulator '{"port": 0}'`: how tests start the simulator as a process of its own."""

import sys

from exfig_mp.simulator.serve import main

if __name__ == "__main__":
    main(sys.argv[1:] or ["{}"])
