"""What goes wrong while a system is brought up, as sentences for whoever ran the command.

UpError
├── NoProvider      neither Docker nor a fit Linux machine
├── ProgramFailed   helm, kubectl or kind ended with an error; quotes it
├── NeverReady      an example did not become Ready; names the condition
└── NotPublished    an example's site was refused
"""


class UpError(Exception):
    """Its text is a sentence that can be shown as it is."""


class NoProvider(UpError):
    """This machine can run neither kind nor the project's own cluster."""


class ProgramFailed(UpError):
    """A program that `make up` calls ended with an error."""


class NeverReady(UpError):
    """An example did not become Ready in time."""


class NotPublished(UpError):
    """The API refused the site of an example; quotes it."""
