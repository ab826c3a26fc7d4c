//! The morning after: the report, corrections, notices to offices, the workbook, and the nights in a table.

#![cfg(debug_assertions)]

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::place::{Place, faxtriage, said};

const FORM_AND_LETTER: &str = "pages=2\n1 form\n2 letter\n";

/// Status of each request by file, from a run folder's queue.
fn statuses(run: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(run.join("queue.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let head = reader.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|column| column == name).unwrap();
    reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[at("source_file")].to_owned(), row[at("status")].to_owned()))
        .collect()
}

fn records(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("records.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Request id of a file's first request.
fn id(run: &Path, file: &str) -> String {
    let all = records(run);
    let row = &all.iter().find(|record| record["row"]["source_file"] == file).unwrap()["row"];
    row["request_id"].as_str().unwrap().to_owned()
}

fn apply(place: &Place, run: &Path, lines: &str, out: &str) -> Output {
    let corrections = place.path().join("corrections.csv");
    fs::write(&corrections, format!("\u{feff}request_id,column,value,remark\r\n{lines}")).unwrap();
    let mut apply = faxtriage();
    apply.arg("apply").arg(run).arg(&corrections).args(["--by", "K. Lee", "--out"]).arg(place.path().join(out));
    apply.output().unwrap()
}

/// A clear one, one with an unreadable id, one without a signature, one without a letter, and one with an unsure mark.
fn night() -> Place {
    let place = Place::new();
    place.fax("clear.fax", &format!("{FORM_AND_LETTER}1 value member_name Ana Cruz\n2 letter Ana Cruz"));
    place.fax(
        "id.fax",
        &format!("{FORM_AND_LETTER}1 unreadable member_id\n1 value member_name Ben Dow\n2 letter Ben Dow"),
    );
    place.fax("unsigned.fax", &format!("{FORM_AND_LETTER}1 value member_id 92345678C\n1 blank signature"));
    place.fax(
        "letterless.fax",
        "pages=1\n1 form\n1 value member_id 93456789D\n1 value provider_name <script>alert(1)</script>",
    );
    place.fax("mark.fax", &format!("{FORM_AND_LETTER}1 value member_id 94567891E\n1 value member_name Eva Fox\n2 letter Eva Fox\n1 smudge member-fraud"));
    place
}

#[test]
fn corrections_give_the_statuses_that_the_page_deserves() {
    let place = night();
    place.run().assert().code(0);
    let run = place.out();
    let before: Vec<_> = statuses(&run).into_iter().map(|(file, status)| format!("{file} {status}")).collect();
    assert_eq!(
        before,
        [
            "clear.fax complete",
            "id.fax review",
            "letterless.fax deficient",
            "mark.fax review",
            "unsigned.fax deficient"
        ]
    );
    let lines = format!(
        "{},member_id,91234567A,\"checked, on the image\"\r\n{},signature,present,\r\n{},reasons.member-fraud,checked,\r\n{},,,called the office\r\n",
        id(&run, "id.fax"),
        id(&run, "unsigned.fax"),
        id(&run, "mark.fax"),
        id(&run, "letterless.fax"),
    );
    let output = apply(&place, &run, &lines, "corrected");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let corrected = place.path().join("corrected");
    let after: Vec<_> = statuses(&corrected).into_iter().map(|(_, status)| status).collect();
    assert_eq!(after, ["complete", "complete", "deficient", "complete", "complete"]);

    let all = records(&corrected);
    let kept = |file: &str| {
        let record = all.iter().find(|record| record["row"]["source_file"] == file).unwrap();
        record["corrections"][0].clone()
    };
    let of_id = kept("id.fax");
    assert_eq!((&of_id["by"], &of_id["before"]), (&"K. Lee".into(), &"unreadable".into()));
    assert_eq!(of_id["remark"], "checked, on the image");
    assert_eq!(kept("letterless.fax")["remark"], "called the office");
    assert_eq!(statuses(&run).len(), 5, "the run that was corrected stays");
    assert!(!said(&output).contains("Lee") && !fs::read_to_string(corrected.join("run.json")).unwrap().contains("Lee"));
}

#[test]
fn a_corrected_run_can_be_corrected_rechecked_and_audited() {
    let place = night();
    place.run().assert().code(0);
    let first = format!("{},signature,present,\r\n", id(&place.out(), "unsigned.fax"));
    assert_eq!(apply(&place, &place.out(), &first, "once").status.code(), Some(0));
    let once = place.path().join("once");
    let second =
        format!("{},signature,blank,it is a stamp\r\n{0},provider_name,Pat Li MD,\r\n", id(&once, "unsigned.fax"));
    let output = apply(&place, &once, &second, "twice");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let twice = place.path().join("twice");
    assert!(statuses(&twice).contains(&("unsigned.fax".to_owned(), "deficient".to_owned())));

    let rules = twice.join("rules");
    let recheck = faxtriage().arg("recheck").arg(&twice).arg("--rules").arg(&rules).output().unwrap();
    assert_eq!(recheck.status.code(), Some(0), "{}", said(&recheck));
    let mut audit = faxtriage();
    let audit = audit.args(["audit", "--made-up"]).arg(&twice).arg("--inbox").arg(place.inbox()).output().unwrap();
    assert_eq!(audit.status.code(), Some(0), "{}", said(&audit));
}

#[test]
fn the_kind_of_a_page_can_be_settled() {
    let place = Place::new();
    place.fax("a.fax", "pages=2\n1 form");
    place.run().assert().code(0);
    let run = place.out();
    let of_a = id(&run, "a.fax");
    let lines = format!(
        "{of_a},page.2,letter,\r\n{of_a},letter,attached,\r\n{of_a},letter_date,2026-11-02,\r\n{of_a},letter_language,en,\r\n"
    );
    let output = apply(&place, &run, &lines, "corrected");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(statuses(&place.path().join("corrected")), [("a.fax".to_owned(), "complete".to_owned())]);

    let output = apply(&place, &run, &format!("{of_a},letter,missing,\r\n"), "without");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(statuses(&place.path().join("without")), [("a.fax".to_owned(), "deficient".to_owned())]);
}

#[test]
fn a_correction_that_cannot_be_applied_names_its_line_and_writes_nothing() {
    let place = night();
    place.run().assert().code(0);
    let of_id = id(&place.out(), "id.fax");
    for (lines, expected) in [
        ("000000000000-1,member_id,x,\r\n".to_owned(), "line 2"),
        (format!("{of_id},member_id,91234567A,\r\n{of_id},member_dbo,1980-01-02,\r\n"), "line 3"),
        (format!("{of_id},member_dob,Jane Roe,\r\n"), "a date is written 2026-11-20"),
        (format!("{of_id},page.9,letter,\r\n"), "no such page"),
    ] {
        let output = apply(&place, &place.out(), &lines, "corrected");
        assert_eq!(output.status.code(), Some(2), "{lines}");
        let said = said(&output);
        assert!(said.contains(expected) && said.contains("help: ") && !said.contains("Jane"), "{said}");
        assert!(!place.path().join("corrected/queue.csv").exists());
        let _ = fs::remove_dir_all(place.path().join("corrected"));
    }
}

#[test]
fn corrections_are_truth_for_the_score() {
    let place = night();
    place.run().assert().code(0);
    let run = place.out();
    let corrections = place.path().join("corrections.csv");
    let lines = format!(
        "request_id,column,value,remark\r\n{},member_name,Jane Doe,\r\n{},reviewed,yes,\r\n",
        id(&run, "unsigned.fax"),
        id(&run, "clear.fax")
    );
    fs::write(&corrections, lines).unwrap();
    let score =
        |least: &str| faxtriage().arg("score").arg(&run).arg(&corrections).args(["--min", least]).output().unwrap();
    let output = score("member_name=0.5,member_id=1,found=1");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(score("member_name=0.6").status.code(), Some(3), "one of two names is wrong");
}

#[test]
fn each_deficient_request_has_a_notice_with_the_least_of_the_member() {
    let place = night();
    place.run().assert().code(0);
    let mut names: Vec<String> = fs::read_dir(place.out().join("notices"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let (unsigned, letterless) = (id(&place.out(), "unsigned.fax"), id(&place.out(), "letterless.fax"));
    let mut expected: Vec<String> =
        [&unsigned, &letterless].iter().flat_map(|id| [format!("{id}.html"), format!("{id}.txt")]).collect();
    expected.sort();
    assert_eq!(names, expected);
    let text = fs::read_to_string(place.out().join(format!("notices/{unsigned}.txt"))).unwrap();
    for part in [
        "J. R., ID ends in 678C",
        "The form is not signed.",
        "Sign the form.",
        "Procedure step 3",
        "(831) 430-5857",
        &unsigned,
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for part in ["Jane", "92345678C", "1980", "approved", "denied", "valid"] {
        assert!(!text.contains(part), "{part}\n{text}");
    }
    let html = fs::read_to_string(place.out().join(format!("notices/{letterless}.html"))).unwrap();
    assert!(html.contains("A copy of the letter to the member is missing.") && !html.contains("<script"), "{html}");
    assert!(place.record()["outputs"].as_object().unwrap().contains_key(&format!("notices/{unsigned}.txt")));

    let without = night();
    without.run().args(["--notices", "none"]).assert().code(0);
    assert!(!without.out().join("notices").exists());
}

#[test]
fn the_workbook_is_the_same_at_any_number_of_jobs() {
    let (one, two) = (night(), night());
    one.run().args(["--xlsx", "--jobs", "1"]).assert().code(0);
    two.run().args(["--xlsx", "--jobs", "3"]).assert().code(0);
    for file in ["queue.xlsx", "report.html"] {
        let bytes = |place: &Place| fs::read(place.out().join(file)).unwrap();
        assert!(bytes(&one) == bytes(&two), "{file}");
    }
    assert!(!night_without_xlsx().out().join("queue.xlsx").exists());
}

fn night_without_xlsx() -> Place {
    let place = night();
    place.run().assert().code(0);
    place
}

#[test]
fn the_report_compares_with_the_night_before() {
    let place = night();
    let ledger = place.path().join("nights.db");
    let run = |out: &str| {
        let mut run = faxtriage();
        run.arg("run").arg(place.inbox()).arg("--out").arg(place.path().join(out)).arg("--ledger").arg(&ledger);
        run.args(["--made-up", "--no-second-reader", "--as-of", "2026-11-21"]).assert().code(0);
        fs::read_to_string(place.path().join(out).join("report.html")).unwrap()
    };
    let first = run("first");
    assert!(first.contains("\"since\":null"));
    place.fax("late.fax", &format!("{FORM_AND_LETTER}1 value member_id 95678912F\n1 blank request_date"));
    let second = run("second");
    assert!(
        second.contains("\"since\":{\"as_of\":\"2026-11-21\",\"by_status\":{\"complete\":1"),
        "no counts of the night before"
    );
    assert!(second.contains("\"earlier\":true"));
}

#[test]
fn status_shows_nights_and_writes_metrics_that_parse() {
    let place = night();
    place.run().assert().code(0);
    let metrics = place.path().join("faxtriage.prom");
    let output = faxtriage().arg("status").arg(place.out()).arg("--metrics").arg(&metrics).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.lines().nth(1).unwrap().starts_with("2026-11-21"), "{table}");
    let text = fs::read_to_string(&metrics).unwrap();
    assert!(text.contains("faxtriage_last_run_requests{status=\"deficient\"} 2\n"), "{text}");
    let mut typed = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(typed.insert(rest.split(' ').next().unwrap()), "{line}");
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert!(typed.contains(series.split('{').next().unwrap()), "{line}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
    let output = faxtriage().arg("status").arg(place.inbox()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "an inbox is no run folder");
}

#[cfg(unix)]
#[test]
fn the_service_and_the_cron_line_run_the_night() {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let service = fs::read_to_string(deploy.join("faxtriage.service")).unwrap();
    let command = service.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let cron = fs::read_to_string(deploy.join("faxtriage.cron")).unwrap();
    assert!(cron.contains(command), "cron calls the same program");
    assert!(service.contains("SuccessExitStatus=1"), "a file that needs the operator is no failure of the service");

    let place = night();
    let runs = place.path().join("runs");
    fs::create_dir(&runs).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_faxtriage"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let installed = command.replace("/usr/local/lib/faxtriage", deploy.to_str().unwrap());
    let mut night = std::process::Command::new("/bin/sh");
    night.args(["-c", &installed]).env_clear().env("PATH", path);
    night.env("FAXTRIAGE_INBOX", place.inbox()).env("FAXTRIAGE_RUNS", &runs);
    night.env("FAXTRIAGE_METRICS", place.path().join("m.prom")).env("FAXTRIAGE_LEDGER", place.path().join("nights.db"));
    night.env("FAXTRIAGE_OPTIONS", "--made-up --no-second-reader");
    let output = night.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let run = fs::read_dir(&runs).unwrap().next().unwrap().unwrap().path();
    assert!(run.join("queue.csv").exists());
    assert!(fs::read_to_string(place.path().join("m.prom")).unwrap().contains("faxtriage_last_run_pages"));
}
