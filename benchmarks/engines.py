"""Our adapters for Spark, Dask and Ray beside what each engine has itself.

    python benchmarks/engines.py [ENGINE...] [--rows N] [--partitions N] [--rounds N] [--write]

Five minutes for all; Spark needs Java 17. The data lie in the engine's memory before the time
begins: a column of words, half as many distinct ones as rows, in 100 groups. Contestants take
turns, another one first in every round. --write makes benchmarks/results/engines.md. Exits with 1
if a result of ours is off by more than five standard errors.
"""

import argparse
import functools
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version

import report

from cvmcount import CVMSketch

RESULTS = report.BENCHMARKS / "results" / "engines.md"
GROUPS = 100
STANDARD_ERRORS = 5
EXACT = "exact"


@dataclass
class Contestant:
    """One way to count in one engine: a number, or one for each group."""

    name: str
    count: Callable[[], float | list[float]]
    part_bytes: int | None = None  # of what is sent for one partition, where that can be told
    results: list = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def take_turn(self):
        start = time.perf_counter()
        found = self.count()
        self.times.append(time.perf_counter() - start)
        self.results = found if isinstance(found, list) else [found]

    def error(self, truth):
        """Root mean square of the relative errors over the groups; the error of a single number."""
        return math.sqrt(statistics.fmean((one / truth - 1) ** 2 for one in self.results))


@dataclass(frozen=True)
class Size:
    rows: int
    partitions: int

    @property
    def distinct(self):
        return self.rows // 2

    def keys(self):
        """One number for each row; each number twice, spread over all partitions and one group."""
        return (row % self.distinct for row in range(self.rows))

    def our_part_bytes(self):
        sketch = CVMSketch()
        sketch.update(f"word {key}" for key in range(self.rows // self.partitions))
        sketch.forget_history()
        return len(sketch.to_bytes())


def pandas_table(size):
    import pandas as pd

    keys = list(size.keys())
    words = pd.array([f"word {key}" for key in keys], dtype="string[pyarrow]")
    return pd.DataFrame({"group": [key % GROUPS for key in keys], "word": words})


@contextmanager
def dask_contestants(size):
    import dask.dataframe as dd
    from dask.distributed import Client, LocalCluster

    from cvmcount import dask as ours

    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(processes=True, **options) as cluster, Client(cluster):
        data = dd.from_pandas(pandas_table(size), npartitions=size.partitions).persist()
        len(data)
        word = data["word"]
        yield (
            [
                Contestant(
                    "cvmcount",
                    lambda: ours.count_approx(data, "word").compute(),
                    size.our_part_bytes(),
                ),
                # Its state: 2**16 registers in bytes.
                Contestant("nunique_approx", lambda: word.nunique_approx().compute(), 2**16),
                Contestant(f"nunique ({EXACT})", lambda: word.nunique().compute()),
            ],
            [
                Contestant(
                    "cvmcount, by=",
                    lambda: (
                        ours.count_approx(data, "word", by="group").compute()["estimate"].tolist()
                    ),
                ),
                Contestant(
                    f"groupby nunique ({EXACT})",
                    lambda: data.groupby("group")["word"].nunique().compute().tolist(),
                ),
            ],
        )


@contextmanager
def ray_contestants(size):
    import pyarrow as pa
    import ray
    from ray.data.aggregate import CountDistinct

    from cvmcount import ray as ours

    memory = 1 << 30
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=memory,
        logging_level="error",
        _node_ip_address="127.0.0.1",
    )
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        table = pa.Table.from_pandas(pandas_table(size), preserve_index=False)
        data = ray.data.from_arrow(table).repartition(size.partitions).materialize()
        yield (
            [
                Contestant(
                    "cvmcount", lambda: ours.count_approx(data, "word"), size.our_part_bytes()
                ),
                Contestant(f"unique ({EXACT})", lambda: len(data.unique("word"))),
            ],
            [
                Contestant(
                    "cvmcount, by=",
                    lambda: [
                        row["estimate"]
                        for row in ours.count_approx(data, "word", by="group").take_all()
                    ],
                ),
                Contestant(
                    f"CountDistinct ({EXACT})",
                    lambda: [
                        row["count"]
                        for row in data.groupby("group")
                        .aggregate(CountDistinct("word", alias_name="count"))
                        .take_all()
                    ],
                ),
            ],
        )
    finally:
        ray.shutdown()


@contextmanager
def spark_contestants(size):
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as sf

    from cvmcount import spark as ours

    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    try:
        key = sf.col("id") % size.distinct
        data = spark.range(size.rows, numPartitions=size.partitions)
        word = sf.concat(sf.lit("word "), key).alias("word")
        data = data.select((key % GROUPS).alias("group"), word).cache()
        data.count()
        part = data.where(sf.spark_partition_id() == 0)
        aggregates = {
            # 512 registers of 6 bits, ten in a word of 64.
            "approx_count_distinct": (sf.approx_count_distinct("word"), 52 * 8),
            # About the relative error of ours: 8,192 registers.
            "approx_count_distinct, rsd=0.015": (
                sf.approx_count_distinct("word", 0.015),
                820 * 8,
            ),
        }
        for kind in ("hll", "theta"):
            sketch = getattr(sf, f"{kind}_sketch_agg")("word")
            estimate = getattr(sf, f"{kind}_sketch_estimate")(sketch)
            length = part.agg(sf.octet_length(sketch)).collect()[0][0]
            aggregates[f"{kind}_sketch_agg"] = (estimate, length)
        aggregates[f"count_distinct ({EXACT})"] = (sf.count_distinct("word"), None)

        def count(aggregate):
            return data.agg(aggregate).collect()[0][0]

        def count_groups(aggregate):
            return [row.n for row in data.groupBy("group").agg(aggregate.alias("n")).collect()]

        yield (
            [
                Contestant(
                    "cvmcount", lambda: ours.count_approx(data, "word"), size.our_part_bytes()
                ),
                *(
                    Contestant(name, functools.partial(count, aggregate), length)
                    for name, (aggregate, length) in aggregates.items()
                ),
            ],
            [
                Contestant(
                    "cvmcount, by=",
                    lambda: [
                        row.estimate
                        for row in ours.count_approx(data, "word", by="group").collect()
                    ],
                ),
                *(
                    Contestant(f"{name}, groupBy", functools.partial(count_groups, aggregate))
                    for name, (aggregate, _) in aggregates.items()
                ),
            ],
        )
    finally:
        spark.stop()


ENGINES = {"dask": dask_contestants, "ray": ray_contestants, "spark": spark_contestants}


def take_turns(contestants, rounds):
    for one in contestants:
        one.take_turn()  # whatever it imports and compiles is not counted
        one.times.clear()
    for number in range(rounds):
        first = number % len(contestants)
        for one in contestants[first:] + contestants[:first]:
            one.take_turn()


def is_off(one, truth):
    """Whether a result of ours is further off than its error explains."""
    limit = STANDARD_ERRORS / math.sqrt(CVMSketch().capacity - 2)
    return one.name.startswith("cvmcount") and (
        any(abs(found / truth - 1) > limit for found in one.results)
    )


def table_of(contestants, truth) -> Iterator[str]:
    yield report.line(["contestant", "seconds", "fastest", "error", "bytes a partition"])
    yield "|" + "---|" * 5
    for one in sorted(contestants, key=lambda one: statistics.median(one.times)):
        size = "" if one.part_bytes is None else f"{one.part_bytes:,}"
        seconds = [f"{statistics.median(one.times):.2f}", f"{min(one.times):.2f}"]
        yield report.line([one.name, *seconds, f"{one.error(truth):.2%}", size])


def head(size, rounds):
    git = ["git", "-C", str(report.BENCHMARKS), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("cvmcount", "dask", "ray", "pyspark")
    )
    return f"""# Engines

Made by `python3 dev.py benchmark engines --write` at commit {commit}, on {report.processor()},
{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, by {versions}.

{size.rows:,} rows of words in {size.partitions} partitions, {size.distinct:,} of them distinct, in
the memory of the engine; two workers of one core. Medians of {rounds} rounds. The error is that of
one count, or the root mean square over {GROUPS} groups of {size.distinct // GROUPS:,} words each.
Bytes are those of the state that one partition of the whole column sends.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=", ".join(ENGINES))
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--partitions", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if unknown := set(arguments.engines) - set(ENGINES):
        parser.error(f"no engine {', '.join(unknown)}")
    if arguments.write and arguments.engines:
        parser.error("--write needs all engines")
    size = Size(arguments.rows, arguments.partitions)
    lines, off = [], 0
    with tempfile.TemporaryDirectory() as elsewhere:
        os.chdir(elsewhere)  # workers would import the source tree instead of the package
        for engine in arguments.engines or ENGINES:
            with ENGINES[engine](size) as (whole, by_group):
                tables = (
                    (whole, size.distinct, ""),
                    (by_group, size.distinct // GROUPS, " by group"),
                )
                for contestants, truth, kind in tables:
                    take_turns(contestants, arguments.rounds)
                    section = [f"\n## {engine.capitalize()}{kind}\n", *table_of(contestants, truth)]
                    print("\n".join(section), flush=True)
                    lines += section
                    off += sum(is_off(one, truth) for one in contestants)
        os.chdir(report.BENCHMARKS)
    if arguments.write:
        RESULTS.write_text(head(size, arguments.rounds) + "\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
