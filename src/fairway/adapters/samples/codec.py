"""A sample as bytes, exact to the last bit: in memory and in files alike.

A fixed part, then the latencies' buckets that are not empty. Nothing is saved here by smaller numbers: what repeats
from second to second is taken out by compression, a minute at a time.
"""

import struct
from collections.abc import Iterator

from fairway.domain.metrics import NO_LATENCIES, Latencies, Sample

FIXED = struct.Struct("<dddIIIIddQQB")
"""at, seconds, tasks; requests, errors, refused, queue; cpu and its limit (NaN: None), memory and its limit (all ones:
None); how many buckets follow."""
BUCKET = struct.Struct("<BI")
NOTHING = (1 << 64) - 1
NAN = float("nan")


def encode(sample: Sample) -> bytes:
    """The bytes of a sample."""
    counts = sample.latencies.counts
    fixed = FIXED.pack(
        sample.at,
        sample.seconds,
        sample.tasks,
        sample.requests,
        sample.errors,
        sample.refused,
        sample.queue,
        NAN if sample.cpu is None else sample.cpu,
        NAN if sample.cpu_limit is None else sample.cpu_limit,
        NOTHING if sample.memory is None else sample.memory,
        NOTHING if sample.memory_limit is None else sample.memory_limit,
        len(counts),
    )
    return fixed + b"".join(BUCKET.pack(bucket, counts[bucket]) for bucket in sorted(counts)) if counts else fixed


def decode(content: bytes) -> Iterator[Sample]:
    """The samples whose bytes stand behind each other. Raises struct.error when the last is torn."""
    offset, size, buckets_size = 0, FIXED.size, BUCKET.size
    while offset < len(content):
        (at, seconds, tasks, requests, errors, refused, queue, cpu, cpu_limit, memory, memory_limit, buckets) = (
            FIXED.unpack_from(content, offset)
        )
        offset += size
        latencies = NO_LATENCIES
        if buckets:
            end = offset + buckets * buckets_size
            if end > len(content):
                raise struct.error("the buckets are torn")
            latencies = Latencies(dict(BUCKET.iter_unpack(content[offset:end])))
            offset = end
        yield Sample(
            at=at,
            seconds=seconds,
            tasks=tasks,
            requests=requests,
            errors=errors,
            refused=refused,
            queue=queue,
            latencies=latencies,
            # NaN is the only number that is not itself.
            cpu=cpu if cpu == cpu else None,
            cpu_limit=cpu_limit if cpu_limit == cpu_limit else None,
            memory=None if memory == NOTHING else memory,
            memory_limit=None if memory_limit == NOTHING else memory_limit,
        )
