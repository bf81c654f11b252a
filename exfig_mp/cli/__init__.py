"""The command line: options, progress, exit codes. Imports nothing until a command runs."""


def main() -> None:
    """Run the `exfig-mp` command; exits the process."""
    from exfig_mp.cli.main import run  # noqa: PLC0415  # click and its commands load only when a command runs

    run()
