"""The command `fairway`."""


def main() -> None:
    """Run the command line."""
    from fairway.cli.app import run

    run()


if __name__ == "__main__":
    main()
