"""The dimensions, from current sale and return lines: whole, or where changed lines tell something new."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.model import DIM_CATEGORY, DIM_COUNTRY, DIM_CUSTOMER, DIM_PRODUCT
from lakehouse.model.table import Table
from lakehouse.transforms.scd2 import at_time, unknown_member, versions


@dataclass(frozen=True)
class Observed:
    """A dimension that lines tell of: `identity` is the column that names a member, `tracked` those with a history."""

    table: Table
    identity: str
    tracked: tuple[str, ...] = ()

    @property
    def observation(self) -> list[str]:
        """The columns of a line that tell of a member."""
        return [self.identity, "order_ts", *self.tracked] if self.tracked else [self.identity]

    def members(self, lines: DataFrame) -> DataFrame:
        """The table's rows without the unknown member, from fact lines, of which `observation` is enough."""
        if self.tracked:
            return versions(lines, self.identity, self.tracked, self.table.key[0])
        named = lines.where(F.col(self.identity).isNotNull()).select(self.identity).distinct()
        return named.select(F.xxhash64(self.identity).alias(self.table.key[0]), self.identity)

    def whole(self, lines: DataFrame) -> DataFrame:
        """All rows of the table: the members and the unknown one."""
        return self.members(lines).unionByName(unknown_member(self.table, lines))

    def touched(self, news: DataFrame, members: DataFrame) -> DataFrame:
        """The members that are other than before.

        A new line that says what is known of its time alters nothing: a day of ordinary orders touches few members.

        Args:
            news: what changed lines tell, as `net_changes` gives it for the columns of an observation.
            members: the table as it is.

        Returns:
            The identity and `is_new`: no line but those of the news tells of it.
        """
        known = members.withColumns({"_known": F.lit(True), **{f"_{name}": F.col(name) for name in self.tracked}})
        columns = ["_known", *(f"_{name}" for name in self.tracked)]
        if self.tracked:
            dated = at_time(news, known, self.identity, columns)
        else:
            dated = news.join(known.select(self.identity, *columns), self.identity, "left")
        unknown = F.col("_known").isNull()
        differs = unknown | ~F.col("came")
        for name in self.tracked:
            differs |= F.col(name).isNotNull() & ~F.col(name).eqNullSafe(F.col(f"_{name}"))
        named = dated.where(F.col(self.identity).isNotNull() & differs)
        return named.groupBy(self.identity).agg(F.bool_and(unknown & F.col("came")).alias("is_new"))

    def told(self, news: DataFrame, touched: DataFrame, lines: DataFrame | None) -> DataFrame:
        """What there is to tell of the touched members: of the new ones in the news, of the others in all lines.

        Args:
            touched: what `touched` gives for these news.
            lines: the fact lines as they are; None where all members touched are new.
        """
        of_new = news.join(touched.where("is_new"), self.identity, "left_semi").select(self.observation)
        if lines is None:
            return of_new
        known = touched.where("NOT is_new")
        return of_new.union(lines.select(self.observation).join(known, self.identity, "left_semi"))


PRODUCTS = Observed(DIM_PRODUCT, "product_id", ("product_name", "category"))
CUSTOMERS = Observed(DIM_CUSTOMER, "customer_id", ("country",))
COUNTRIES = Observed(DIM_COUNTRY, "country")
CATEGORIES = Observed(DIM_CATEGORY, "category")
"""Of the versions of products, not of lines."""


def net_changes(changes: DataFrame, columns: list[str]) -> DataFrame:
    """What a change feed adds to, or takes from, the values in some columns.

    An update that leaves them as they are does neither. Netted commit by commit: a run that was killed may have used
    one, and not yet the next, which takes it back.

    Returns:
        The columns and `came`, False where a row with these values went; distinct in each commit.
    """
    came = F.col("_change_type").isin("insert", "update_postimage")
    net = changes.groupBy("_commit_version", *columns).agg(F.sum(F.when(came, 1).otherwise(-1)).alias("net"))
    return net.where("net <> 0").select(*columns, (F.col("net") > 0).alias("came"))


def calendar_may_change(news: DataFrame, days: DataFrame) -> DataFrame:
    """The days among the news by which the calendar could get another first or last year.

    Args:
        news: `order_date` and `came`, from `net_changes`.
        days: gold.dim_date.
    """
    span = days.agg(F.min("date").alias("first"), F.max("date").alias("last"))
    inside = "first IS NOT NULL AND order_date BETWEEN first AND last"
    at_its_edge = "NOT came AND year(order_date) IN (year(first), year(last))"
    return news.crossJoin(span).where(f"NOT ({inside}) OR ({at_its_edge})")


def calendar(lines: DataFrame) -> DataFrame:
    """gold.dim_date: every day of the years from the first order_date to the last; empty without lines."""
    span = lines.agg(F.min("order_date").alias("first"), F.max("order_date").alias("last")).where("first IS NOT NULL")
    first, last = F.trunc("first", "year"), F.expr("add_months(trunc(last, 'year'), 12) - INTERVAL 1 DAY")
    days = span.select(F.explode(F.sequence(first, last.cast("date"))).alias("date"))
    weekday = F.weekday("date") + 1
    return days.select(
        F.date_format("date", "yyyyMMdd").cast("int").alias("date_key"),
        "date",
        F.year("date").alias("year"),
        F.quarter("date").alias("quarter"),
        F.month("date").alias("month"),
        F.date_format("date", "MMMM").alias("month_name"),
        F.dayofmonth("date").alias("day"),
        F.weekofyear("date").alias("iso_week"),
        weekday.alias("day_of_week"),
        F.date_format("date", "EEEE").alias("day_name"),
        (weekday > 5).alias("is_weekend"),
    )
