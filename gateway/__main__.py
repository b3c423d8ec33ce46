"""``python -m gateway`` is the command ``tongfen``."""

from gateway.cli import main

main(prog_name="tongfen")
