#!/usr/bin/env python3
"""Parquet to JSON lines, for nj.data.jsonl.

    python3 Scripts/data/parquet.py IN.parquet [MORE.parquet ...] --out OUT.jsonl [--columns a,b]

Needs pyarrow. Files are read row group by row group, so that memory does not grow with them. Every
row becomes one object with the chosen columns, all of them by default. Nested columns stay nested;
dates and times become ISO 8601, decimals and other exact values strings, bytes strings where they are
UTF-8. A file that is there already is never replaced, and the result appears whole or not at all.
"""
import argparse
import datetime
import decimal
import json
import math
import os
import sys


def fail(message, code=2):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(code)


def plain(value, counts):
    """A value that JSON has; what it lacks is counted."""
    if isinstance(value, dict):
        return {key: plain(inner, counts) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner, counts) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        counts["numbers that are not finite became null"] += 1
        return None
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            counts["bytes that are not UTF-8 became null"] += 1
            return None
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", help="Parquet files, read in this order")
    parser.add_argument("--out", required=True, help="the file to write")
    parser.add_argument("--columns", help="names with commas between; all by default")
    parser.add_argument("--batch", type=int, default=4096, help="rows held at a time")
    options = parser.parse_args()
    if options.batch < 1:
        fail(f"--batch is {options.batch}; take at least 1")
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError:
        fail("pyarrow is not installed; pip install pyarrow")
    if os.path.exists(options.out):
        fail(f"{options.out} exists already and is never replaced; name another")

    wanted = None
    if options.columns is not None:
        wanted = [name.strip() for name in options.columns.split(",") if name.strip()]
        if not wanted:
            fail("--columns names no column")
    sources = []
    for path in options.files:
        try:
            source = parquet.ParquetFile(path)
        except FileNotFoundError:
            fail(f"{path}: there is no such file")
        except (pyarrow.ArrowInvalid, OSError) as error:
            fail(f"{path}: this is no Parquet file that can be read: {error}")
        names = source.schema_arrow.names
        missing = [name for name in wanted or [] if name not in names]
        if missing:
            fail(f"{path}: no column '{missing[0]}'; it has {', '.join(names)}")
        sources.append((path, source))

    partial = f"{options.out}.partial-{os.getpid()}"
    counts = {
        "numbers that are not finite became null": 0,
        "bytes that are not UTF-8 became null": 0,
    }
    total = 0
    try:
        with open(partial, "x", encoding="utf-8") as output:
            for path, source in sources:
                rows = 0
                for group in range(source.num_row_groups):
                    batches = source.iter_batches(
                        batch_size=options.batch, row_groups=[group], columns=wanted)
                    for batch in batches:
                        for row in batch.to_pylist():
                            line = json.dumps(
                                plain(row, counts), ensure_ascii=False, allow_nan=False,
                                separators=(",", ":"), default=str)
                            output.write(line + "\n")
                        rows += batch.num_rows
                print(
                    f"{path}: {rows} rows in {source.num_row_groups} row groups",
                    file=sys.stderr)
                if rows != source.metadata.num_rows:
                    fail(f"{path}: {rows} rows read, but it says it has {source.metadata.num_rows}", 3)
                total += rows
            output.flush()
            os.fsync(output.fileno())
        # A link fails where the name is taken meanwhile; a rename would replace it.
        os.link(partial, options.out)
    except FileExistsError:
        fail(f"{options.out} exists already and is never replaced; name another")
    except (pyarrow.ArrowException, OSError) as error:
        fail(f"{options.out}: {error}", 3)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
    for what, count in counts.items():
        if count:
            print(f"{count} {what}", file=sys.stderr)
    print(f"{options.out}: {total} rows", file=sys.stderr)


if __name__ == "__main__":
    main()
