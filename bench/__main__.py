"""Stages of a measurement that need the product's models, each in a process of its own: `python -m bench STAGE`."""

import sys


def main(arguments: list[str]) -> None:
    """`fill COUNT` fills the database of DATABASE_URL; `prepare` signs people in and prints what can be asked for."""
    import django

    django.setup()
    from bench import filling, preparing

    if arguments[0] == "fill":
        filling.fill(int(arguments[1]))
    elif arguments[0] == "prepare":
        print(preparing.prepare())
    else:
        raise SystemExit(f"no such stage: {arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
