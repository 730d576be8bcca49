"""What each subcommand does: finds or builds a Paddock and shows it in the terminal.

One file a command. They stand between ``tray.cli``, which only reads arguments,
and ``tray.app``, which builds; nothing else imports them.
"""
