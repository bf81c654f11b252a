"""`python -m exfig_mp` is `exfig-mp`."""

from exfig_mp.cli import main

if __name__ == "__main__":
    main()
