"""The command line: options, progress, exit codes. Imports nothing until a command runs."""

import signal


def main() -> None:
    """Run the `exfig-mp` command; exits the process."""
    # Until a run takes Ctrl-C over there is nothing to save: it ends the program at once, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from exfig_mp.cli.main import run

    run()
