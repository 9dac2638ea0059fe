"""What this plugin offers, by name. Components are named by strings, so nothing is imported before it is chosen."""

from runner import hookimpl


@hookimpl
def runner_cleaners():
    """Offer a cleaner of texts."""
    return {"squeeze_spaces": "runner_example.squeeze_spaces:SqueezeSpaces"}


@hookimpl
def runner_optimizers():
    """Offer an optimizer that needs the gradient's signs only."""
    return {"sign_sgd": "runner_example.sign_sgd:SignSGD"}


@hookimpl
def runner_exporters():
    """Offer a model file that any language reads."""
    return {"json_weights": "runner_example.json_weights:JsonWeights"}


@hookimpl
def runner_conf_dirs():
    """Offer the experiments of this package."""
    return ["runner_example.conf"]
