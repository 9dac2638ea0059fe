"""How a training goes: optimizers, schedules of the learning rate, and its state on disk."""
