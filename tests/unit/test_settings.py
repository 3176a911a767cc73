"""Which state a command acts on."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from lakehouse.errors import EnvironmentProblem, UsageError
from lakehouse.settings import State, find_home, open_state, state_for_run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_source_has_a_state_of_its_own_below_the_current_folder() -> None:
    assert find_home(None, "softcart") == Path(".lakehouse/softcart")
    assert find_home(None, "uci_online_retail") == Path(".lakehouse/uci_online_retail")


def test_home_beats_the_variable_which_beats_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEHOUSE_HOME", "from_variable")
    assert find_home(Path("named"), "softcart") == Path("named")
    assert find_home(None, "softcart") == Path("from_variable")


def test_command_without_a_state_says_how_to_make_one() -> None:
    with pytest.raises(UsageError, match=r"Nothing has been run here yet.*lakehouse demo"):
        find_home(None)
    with pytest.raises(UsageError, match=r"no state in elsewhere.*lakehouse run --source S --landing DIR"):
        open_state(Path("elsewhere"))


def test_bare_command_acts_on_the_state_last_run(here: Path) -> None:
    state_for_run(None, "uci_online_retail", here / "first").save()
    state_for_run(None, "softcart", here / "second").save()
    last = open_state(None)
    assert (last.home, last.source, last.landing) == (here / ".lakehouse/softcart", "softcart", here / "second")


def test_bare_run_goes_on_with_source_and_landing_from_another_folder_too(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state_for_run(here / "home", "softcart", Path("orders")).save()
    (here / "sub").mkdir()
    monkeypatch.chdir(here / "sub")
    again = state_for_run(here / "home", None, None)
    assert (again.source, again.landing) == ("softcart", here / "orders")


def test_state_of_another_source_is_refused_and_both_are_named(here: Path) -> None:
    state_for_run(here / "home", "softcart", here).save()
    with pytest.raises(UsageError, match="belongs to the source softcart, not to uci_online_retail"):
        state_for_run(here / "home", "uci_online_retail", here)


def test_run_that_lacks_source_or_landing_says_which(here: Path) -> None:
    with pytest.raises(UsageError, match="no source yet: name one with --source"):
        state_for_run(here / "home", None, here)
    with pytest.raises(UsageError, match=r"no landing folder yet: .*--landing"):
        state_for_run(here / "home", "softcart", None)


def test_unknown_source_is_answered_with_the_nearest_one(here: Path) -> None:
    with pytest.raises(UsageError, match=r"no source 'sofcart'\. Did you mean softcart"):
        state_for_run(None, "sofcart", here)


def test_folder_that_cannot_be_written_is_named_with_the_way_out(here: Path) -> None:
    (here / "file").touch()
    with pytest.raises(EnvironmentProblem, match=r"file/home cannot be written .*--home or LAKEHOUSE_HOME"):
        State(here / "file" / "home", "softcart", here).save()


def test_half_written_state_is_told_and_not_thrown_at_the_user(here: Path) -> None:
    state_for_run(here / "home", "softcart", here).save()
    (here / "home" / "state.json").write_text('{"source": "soft')
    with pytest.raises(UsageError, match=r"state\.json cannot be read .*Delete it and run again"):
        open_state(here / "home")


def test_state_that_could_only_be_half_written_is_still_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKEHOUSE_HOME", str(tmp_path / "home"))
    before = State(tmp_path / "home", "softcart", tmp_path / "before")
    before.save()
    write = Path.write_text

    def half(path: Path, text: str) -> None:
        write(path, text[: len(text) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", half)
        with pytest.raises(EnvironmentProblem, match="No space left on device"):
            State(tmp_path / "home", "softcart", tmp_path / "after").save()
    assert open_state(None) == before
