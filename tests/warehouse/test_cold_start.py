"""What a process pays before its first statement is answered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
import duckdb
from lakehouse.warehouse import embedded

folder = Path(sys.argv[1])
duckdb.sql("select 'a' as id, 1.5 as amount").write_parquet(str(folder / "1.parquet"))
with embedded.connect(folder / "warehouse.duckdb") as connection:
    connection.execute_string(f'''
        create database SHOP; create schema SALES;
        create table LINES (ID varchar(3), AMOUNT number(18, 4)) comment = 'lines';
        create stage EXPORTS url = '{folder.as_uri()}';
        copy into LINES from @EXPORTS file_format = (type = parquet use_logical_type = true)
            match_by_column_name = case_insensitive pattern = '.*parquet'
    ''')
    connection.cursor().execute("merge into LINES as t using LINES as s on t.ID = s.ID when matched then delete")
    connection.cursor().execute("select ID from LINES where ID = %s", ("a",)).fetchall()
print(*sorted({"numpy", "pandas", "pyarrow"} & set(sys.modules)))
"""


def test_no_library_of_data_frames_is_imported(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
