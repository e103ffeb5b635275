"""docs: settings/how-to-call-rest-api/batch.md; macros as the vendor's parser treats them."""

from __future__ import annotations

from urllib.parse import quote

import requests

from tests.sandbox.conftest import Caller


def test_a_macro_takes_a_value_from_an_earlier_answer(anna: Caller) -> None:
    maps = anna.batch(
        {
            "lead": "crm.item.get?entityTypeId=1&id=77",
            "company": "crm.item.get?entityTypeId=4&id=$result[lead][item][companyId]",
        }
    )
    assert maps["result"]["company"]["item"]["title"] == "Meridian Logistics GmbH"


def test_a_macro_may_be_an_array(anna: Caller) -> None:
    maps = anna.batch(
        {
            "lead": "crm.item.get?entityTypeId=1&id=77",
            "people": "crm.item.list?entityTypeId=3&select[0]=*&filter[@id]=$result[lead][item][contactIds]",
        }
    )
    assert [one["id"] for one in maps["result"]["people"]["items"]] == [41, 42, 44]


def test_a_percent_encoded_macro_works_too(anna: Caller) -> None:
    macro = quote("$result[lead][item][companyId]", safe="")
    maps = anna.batch(
        {"lead": "crm.item.get?entityTypeId=1&id=77", "company": f"crm.item.get?entityTypeId=4&id={macro}"}
    )
    assert maps["result"]["company"]["item"]["id"] == 12


def test_text_glued_to_a_macro_is_swallowed(anna: Caller) -> None:
    maps = anna.batch({"me": "profile", "who": "user.option.set?options[x]=$result[me][NAME] and friends"})
    assert maps["result_error"] == []
    assert anna.ok("user.option.get", option="x") == "Anna"


def test_a_missing_field_inserts_the_whole_parent(anna: Caller) -> None:
    anna.batch({"me": "profile", "keep": "user.option.set?options[x]=$result[me][NO_SUCH_FIELD]"})
    assert anna.ok("user.option.get", option="x")["LAST_NAME"] == "Schmidt"


def test_a_null_field_inserts_the_whole_parent(anna: Caller) -> None:
    cmd = {
        "lead": "crm.item.get?entityTypeId=1&id=77",
        "x": "user.option.set?options[x]=$result[lead][item][secondName]",
    }
    anna.batch(cmd)
    assert anna.ok("user.option.get", option="x")["id"] == 77


def test_a_failed_command_leaves_the_outer_answer_at_200(boris: Caller) -> None:
    response = boris.response("batch", cmd={"lead": "crm.item.get?entityTypeId=1&id=77", "me": "profile"})
    assert response.status_code == 200
    result = response.json()["result"]
    assert result["result_error"]["lead"]["error"] == "ACCESS_DENIED"
    assert result["result"]["me"]["ID"] == "8"


def test_halt_stops_at_the_first_error(anna: Caller) -> None:
    maps = anna.batch({"bad": "no.such.method", "me": "profile"}, halt=1)
    assert maps["result"] == []
    assert "me" not in maps["result_error"]


def test_empty_maps_are_arrays(anna: Caller) -> None:
    maps = anna.batch({"me": "profile"})
    assert maps["result_error"] == []
    assert maps["result_total"] == []


def test_a_list_of_commands_answers_with_lists(anna: Caller) -> None:
    cmd = {str(index): "profile" for index in range(2)}
    assert set(anna.batch(cmd)["result"]) == {"0", "1"}
    assert anna.batch(["profile", "user.admin"])["result"]["1"] is False


def test_fifty_commands_pass_and_fifty_one_are_refused(anna: Caller) -> None:
    assert len(anna.batch({f"c{n}": "server.time" for n in range(50)})["result"]) == 50
    assert anna.error("batch", cmd={f"c{n}": "server.time" for n in range(51)}) == ("ERROR_BATCH_LENGTH_EXCEEDED", 400)


def test_a_batch_inside_a_batch_is_refused(anna: Caller) -> None:
    maps = anna.batch({"inner": "batch?cmd[a]=profile"})
    assert maps["result_error"]["inner"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_file_methods_are_refused_in_a_batch(olena: Caller) -> None:
    files = "fields[ENTITY_ID]=77&fields[ENTITY_TYPE]=lead&fields[COMMENT]=x&fields[FILES][0][0]=a.pdf"
    maps = olena.batch(
        {
            "disk": "disk.folder.uploadfile?id=8910&data[NAME]=a&fileContent[0]=a&fileContent[1]=YQ==",
            "comment": f"crm.timeline.comment.add?{files}&fields[FILES][0][1]=YQ==",
            "plain": "crm.timeline.comment.add?fields[ENTITY_ID]=77&fields[ENTITY_TYPE]=lead&fields[COMMENT]=x",
        }
    )
    assert {key: row["error"] for key, row in maps["result_error"].items()} == {
        "disk": "ERROR_BATCH_METHOD_NOT_ALLOWED",
        "comment": "ERROR_BATCH_METHOD_NOT_ALLOWED",
    }
    assert isinstance(maps["result"]["plain"], int)


def test_values_are_encoded_once_in_json_and_twice_in_a_form(anna: Caller) -> None:
    inner = "user.option.set?options[x]=" + quote("A&B=C", safe="")
    anna.batch({"set": inner})
    assert anna.ok("user.option.get", option="x") == "A&B=C"
    form = {"auth": anna.access, "cmd[set]": inner.replace("A", "Z")}
    requests.post(f"{anna.portal.url}/rest/batch", data=form, timeout=10)
    assert anna.ok("user.option.get", option="x") == "Z&B=C"


def test_a_batch_counts_as_one_call_and_lists_its_methods(anna: Caller) -> None:
    anna.portal.calls.reset()
    anna.batch({"me": "profile", "admin": "user.admin"})
    assert len(anna.portal.calls) == 1
    assert anna.portal.calls.of("profile")[0].methods == ("profile", "user.admin")
