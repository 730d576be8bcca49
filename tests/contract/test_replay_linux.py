"""Many samples from reader to icon leave no memory, descriptor or thread behind."""

from tests.bench.replay import Footprint, Replay


def test_an_hour_of_samples_leaves_nothing_behind() -> None:
    replay = Replay()
    try:
        replay.run(1200)
        before = Footprint.now()
        replay.run(3600)
        after = Footprint.now()
    finally:
        replay.close()
    assert after.files <= before.files
    assert after.threads <= before.threads
    assert after.rss - before.rss < 2 * 2**20
