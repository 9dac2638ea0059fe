"""Why something could not be sent."""


class Away(Exception):
    """MLflow cannot be reached, or does not let us in: what is not sent must wait."""


class Refused(Exception):
    """MLflow will not have something, however often it is sent."""
