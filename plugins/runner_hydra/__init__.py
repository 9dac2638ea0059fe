"""`hydra/launcher=runner` and `hydra/sweeper=runner`, for any Hydra program in whose environment they are installed.

A task that knows how to run many jobs at once is asked to: `run_sweep` gets a sweep's words as they were
written, `run_batch` gets its jobs. Any other task runs job by job, as with Hydra's own, only that all configs
are composed before the first job starts and that a failed job does not end the sweep.
"""
