import pytest
def test_x(workplace):
    o = workplace.sweep("model.does=learn,allocate", "sweep.trial_time=5", "sweep.trial_memory=700 MB", "sweep.workers=2")
    print(o.out, o.err)
    for deed, r in workplace.trials("model.does").items(): print(deed, r.state, r.attempt, r.error, r.seconds, r.peak_bytes)
    for e in __import__("runner.record.read_sweep").record.read_sweep.Sweep.open(workplace.path).events(): print(e)
    assert 0
