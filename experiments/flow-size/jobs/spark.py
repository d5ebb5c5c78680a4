"""One Spark application on the standing cluster. It lives through all runs of its job: a JVM takes seconds to start, and an
executor that has just started would tell more of Java's compiler than of the job."""

from pyspark import SparkConf, SparkContext

CORES = 4
SETTINGS = {
    "spark.master": "spark://master:7077",
    "spark.driver.host": "driver",
    "spark.driver.memory": "640m",
    "spark.executor.memory": "640m",
    "spark.executor.cores": "1",
    "spark.cores.max": str(CORES),
    # All four executors take part from the first run on.
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "60s",
    # Nothing that adapts to how long a task takes: the same inputs make the same tasks.
    "spark.speculation": "false",
    "spark.dynamicAllocation.enabled": "false",
    "spark.sql.adaptive.enabled": "false",
    # Between a JVM and its own Python no TCP: it would be flows from a container to itself.
    "spark.python.unix.domain.socket.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def create_context(name):
    return SparkContext(conf=SparkConf().setAppName(name).setAll(SETTINGS.items()))


def forget(context, *rdds):
    """What a run has kept in the executors is gone before the next begins, at a moment that does not hang on Java's
    garbage collection."""
    for rdd in rdds:
        rdd.unpersist(blocking=True)
    context._jvm.System.gc()
