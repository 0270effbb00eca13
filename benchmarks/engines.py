"""Times our adapters for Spark, Dask and Ray beside what each engine has itself.

All together take five minutes; Spark needs Java 17. The data lie in the engine's memory before the
time begins: a column of words, half as many distinct ones as rows, in 100 groups. It exits with 1
if a result of ours is off by more than five standard errors.
"""

import contextlib
import functools
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from cvmcount import CVMSketch
from lib import markdown, output
from lib.options import make_parser, positive
from lib.ours import UNION_ERROR
from lib.theory import STANDARD_ERRORS, rms
from lib.turns import Turns, in_turns

GROUPS = 100
EXACT = "exact"
SENTENCE = (
    "Only the times of one table can be compared: its contestants took turns, with the data in the "
    "memory of the engine and two workers of one core."
)
LEGEND = {
    "seconds": "median of the rounds",
    "fastest": "seconds of the fastest round",
    "error": "relative error of the count; by group, the root mean square over the groups",
    "bytes a partition": "the state that one partition of the whole column sends",
}


@dataclass
class Contestant(Turns):
    """One way to count in one engine: a number, or one for each group."""

    name: str
    count: Callable[[], float | list[float]]
    part_bytes: int | None = None  # of what is sent for one partition, where that can be told

    def take_turn(self):
        found = self.take(self.count)
        self.results = found if isinstance(found, list) else [found]

    def errors(self, truth):
        return [result / truth - 1 for result in self.results]

    def is_off(self, truth):
        """A result of ours is further off than its error explains."""
        limit = STANDARD_ERRORS * UNION_ERROR
        return self.name.startswith("cvmcount") and max(map(abs, self.errors(truth))) > limit

    def row(self, truth):
        size = "" if self.part_bytes is None else f"{self.part_bytes:,}"
        error = f"{rms(self.errors(truth)):.2%}"
        return [self.name, f"{self.seconds:.2f}", f"{self.fastest:.2f}", error, size]


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


@contextlib.contextmanager
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


@contextlib.contextmanager
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


@contextlib.contextmanager
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


def compare(title, contestants, truth, rounds):
    """A table of contestants, fastest first, and how many results of ours are off."""
    for one in contestants:
        one.take_turn()  # whatever it imports and compiles is not counted
        one.times.clear()
    for _, one in in_turns(contestants, rounds):
        one.take_turn()
    rows = [one.row(truth) for one in sorted(contestants, key=lambda one: one.seconds)]
    section = markdown.section(title, markdown.table(["contestant", *LEGEND], rows))
    print(f"\n{section}", flush=True)
    return section, sum(one.is_off(truth) for one in contestants)


def parse_arguments():
    parser = make_parser(__doc__, rounds=3, write="benchmarks/results/engines.md")
    parser.add_argument("engines", nargs="*", metavar="ENGINE", help=", ".join(ENGINES))
    parser.add_argument("--rows", type=positive, default=4_000_000)
    parser.add_argument("--partitions", type=positive, default=16)
    arguments = parser.parse_args()
    if unknown := set(arguments.engines) - set(ENGINES):
        parser.error(f"no engine {', '.join(unknown)}")
    if arguments.write and arguments.engines:
        parser.error("--write needs all engines")
    return arguments


def main():
    arguments = parse_arguments()
    size = Size(arguments.rows, arguments.partitions)
    found = []
    with tempfile.TemporaryDirectory() as elsewhere, contextlib.chdir(elsewhere):
        # Elsewhere: workers would import the source tree instead of the package.
        for engine in arguments.engines or ENGINES:
            with ENGINES[engine](size) as (whole, by_group):
                name, rounds = engine.capitalize(), arguments.rounds
                found.append(compare(name, whole, size.distinct, rounds))
                found.append(compare(f"{name} by group", by_group, size.distinct // GROUPS, rounds))
    if arguments.write:
        output.write_results(
            "engines",
            [section for section, _ in found],
            facts={
                "rows": f"{size.rows:,}",
                "distinct words": f"{size.distinct:,}",
                "groups": f"{GROUPS} of {size.distinct // GROUPS:,} words each",
                "partitions": str(size.partitions),
                "rounds": str(arguments.rounds),
            },
            others=["dask", "ray", "pyspark"],
            sentence=SENTENCE,
            legend=LEGEND,
        )
    sys.exit(1 if any(off for _, off in found) else 0)


if __name__ == "__main__":
    main()
