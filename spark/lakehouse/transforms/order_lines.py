"""Raw fields to typed order lines, as a mapping says, with every rule that each breaks."""

from __future__ import annotations

import re

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructType

from lakehouse.model.table import AMOUNT, QUANTITY, TEXT_LENGTHS, TOTAL, UNIT_PRICE
from lakehouse.quality import broken_rules
from lakehouse.sources.format import OPTIONAL_COLUMNS, Format
from lakehouse.sources.mapping import Mapping

ANY_NUMBER = "DECIMAL(38,10)"
FACTOR = "DECIMAL(18,9)"
"""Of the product of two such numbers no digit is lost."""
NUMBER = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+]?[0-9]+)?$"


def order_lines(parsed: DataFrame, mapping: Mapping) -> DataFrame:
    """Type each record and judge it.

    Args:
        parsed: records with `fields` and `broken`, from `sources.parse.parse_records`.

    Returns:
        The records with line_id, content_hash, the columns of silver.order_lines (NULL where they cannot be had),
        `deleted`, `reasons` (rules broken) and `amount` (NULL where it cannot be computed).
    """
    mapped = _mapped(parsed, mapping)
    typed = _money(_times(_texts(mapped), mapping), mapping.format)
    judged = _identified(typed, mapping).withColumn("reasons", broken_rules())
    # A tombstone may have an amount that no fact could have: what is valid counts with the amount that silver keeps.
    amount = F.when(F.size("reasons") == 0, F.col("net_amount")).otherwise(F.col("amount"))
    return judged.withColumn("amount", F.when(F.size("broken") == 0, amount.cast(TOTAL)))


def _mapped(parsed: DataFrame, mapping: Mapping) -> DataFrame:
    """Evaluate the mapping's expressions over the fields; `m` holds their values as the mapping gives them."""
    # No field's name starts with _, so none hides the record.
    spread = parsed.select(
        F.struct(*parsed.columns).alias("_record"), *(F.col(f"fields.`{name}`") for name in mapping.fields)
    )
    given = [F.expr(expression).alias(name) for name, expression in mapping.columns.items()]
    missing = [F.lit(None).cast("string").alias(name) for name in OPTIONAL_COLUMNS if name not in mapping.columns]
    return spread.select("_record.*", F.struct(*given, *missing).alias("m"))


def _texts(lines: DataFrame) -> DataFrame:
    columns = {name: _clean(f"m.{name}") for name in TEXT_LENGTHS}
    columns["line_type"] = F.lower(_clean("m.line_type"))
    columns["id"] = _clean("m.line_id")
    return lines.withColumns(columns)


def _clean(name: str) -> Column:
    text = F.trim(F.col(name).cast("string"))
    return F.when(text != "", text)


def _times(lines: DataFrame, mapping: Mapping) -> DataFrame:
    """order_ts and updated_at in UTC, order_date in the shop's business time zone."""
    utc = lines.withColumns(
        {
            "order_ts": _utc(lines, "order_ts", mapping),
            "updated_at": _utc(lines, "updated_at", mapping),
            "deleted": F.coalesce(F.col("m.deleted").cast("boolean"), F.lit(False)),
            "has_id": F.lit("line_id" in mapping.columns),
            "has_updates": F.lit("updated_at" in mapping.columns),
        }
    )
    day = F.to_date(F.from_utc_timestamp("order_ts", mapping.business_timezone))
    bounded = day.between(F.lit(mapping.earliest), F.date_sub(F.lit(mapping.latest), 1))
    return utc.withColumns({"order_date": F.when(bounded, day), "out_of_bounds": F.coalesce(~bounded, F.lit(False))})


def _utc(lines: DataFrame, name: str, mapping: Mapping) -> Column:
    value = F.col(f"m.{name}")
    form = mapping.format.timestamp_format
    if isinstance(_type_of(lines, name), StringType):
        if not form:
            return F.lit(None).cast("timestamp")
        moment = F.try_to_timestamp(F.trim(value), F.lit(form))
        return moment if tells_zone(form) else F.to_utc_timestamp(moment, mapping.timezone)
    return F.to_utc_timestamp(value.cast("timestamp"), mapping.timezone)


def tells_zone(timestamp_format: str) -> bool:
    """Whether times in this format name their own offset or zone, so that the source's zone does not count."""
    return bool(re.search("[XxZzOV]", re.sub("'[^']*'", "", timestamp_format)))


def _type_of(lines: DataFrame, name: str) -> object:
    columns = lines.schema["m"].dataType
    return columns[name].dataType if isinstance(columns, StructType) else None


def _money(lines: DataFrame, form: Format) -> DataFrame:
    """quantity, unit_price and their product; the texts and unbounded numbers stay for the rules."""
    texts = {f"{name}_text": _number_text(lines, name, form) for name in ("quantity", "unit_price")}
    read = lines.withColumns(texts).withColumns(
        {
            "quantity_number": F.expr(f"try_cast(quantity_text AS {ANY_NUMBER})"),
            "unit_price_number": F.expr(f"try_cast(unit_price_text AS {ANY_NUMBER})"),
        }
    )
    typed = read.withColumns(
        {
            "quantity": F.expr(f"try_cast(quantity_number AS {QUANTITY})"),
            "unit_price": F.expr(f"try_cast(unit_price_number AS {UNIT_PRICE})"),
        }
    )
    exact = "quantity * unit_price"
    wide_quantity, wide_price = (f"try_cast({name}_number AS {FACTOR})" for name in ("quantity", "unit_price"))
    return typed.withColumns(
        {
            "net_amount": F.expr(f"try_cast(round({exact}, 4) AS {AMOUNT})"),
            "amount": F.expr(
                "CASE WHEN quantity = quantity_number AND unit_price = unit_price_number "
                f"THEN {_total(exact)} "
                f"WHEN {wide_quantity} = quantity_number AND {wide_price} = unit_price_number "
                f"THEN {_total(f'{wide_quantity} * {wide_price}')} "
                # Of a product of two such numbers Spark keeps six decimals: it is rounded twice.
                f"ELSE {_total('try_multiply(quantity_number, unit_price_number)')} END"
            ),
        }
    )


def _total(product: str) -> str:
    return f"try_cast(round({product}, 4) AS {TOTAL})"


def _number_text(lines: DataFrame, name: str, form: Format) -> Column:
    """The number as plain text with a decimal point; NULL where it is none."""
    value = F.col(f"m.{name}")
    if not isinstance(_type_of(lines, name), StringType):
        # An exact type: Spark prints a zero of many decimals as 0E-10.
        plain = F.when(value == 0, F.lit("0")).otherwise(value.cast("string"))
        return F.when(value.isNotNull(), plain)
    text = F.trim(value)
    if form.thousands_mark:
        # Before other than three digits the mark is none: 12.50 is not 1250.
        mark, point = re.escape(form.thousands_mark), re.escape(form.decimal_mark)
        grouped = text.rlike(f"^[^{mark}]*$|^[+-]?[0-9]{{1,3}}({mark}[0-9]{{3}})+({point}[0-9]*)?$")
        text = F.when(grouped, F.replace(text, F.lit(form.thousands_mark), F.lit("")))
    if form.decimal_mark == ",":
        # A point where commas are decimal marks says that the mapping is wrong about this number.
        text = F.when(~F.contains(text, F.lit(".")), F.replace(text, F.lit(","), F.lit(".")))
    return F.when(text.rlike(NUMBER), text)


def _identified(lines: DataFrame, mapping: Mapping) -> DataFrame:
    """line_id and content_hash, from the fields as delivered: a mended expression changes neither."""
    source = F.lit(mapping.name)
    raw = F.coalesce("raw_base64", "raw")
    content = F.to_json(F.array(*(F.col(f"fields.`{name}`") for name in mapping.fields)))
    readable = F.size("broken") == 0
    own_id = F.to_json(F.array(source, F.col("id")))
    if "line_id" not in mapping.columns:
        own_id = F.to_json(F.array(source, content))
        readable_id = readable
    else:
        readable_id = readable & F.col("id").isNotNull()
    whole = F.to_json(F.array(source, raw))
    return lines.withColumns(
        {
            "source": source,
            "mapping_hash": F.lit(mapping.hash),
            "currency": _currency(mapping),
            "line_id": F.sha2(F.when(readable_id, own_id).otherwise(whole), 256),
            "content_hash": F.xxhash64(F.when(readable, content).otherwise(raw)),
        }
    )


def _currency(mapping: Mapping) -> Column:
    return F.upper(_clean("m.currency")) if "currency" in mapping.columns else F.lit(mapping.currency)
