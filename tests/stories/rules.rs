//! The rule pack from the command line.

use std::fs;

use crate::place::{Place, faxtriage, said};

#[test]
fn the_built_in_pack_has_no_problem_and_lists_its_rules() {
    faxtriage().args(["rules", "check"]).assert().code(0);
    let listed = faxtriage().args(["rules", "list", "--as-of", "2026-11-21"]).output().unwrap();
    assert_eq!(listed.status.code(), Some(0));
    assert!(String::from_utf8(listed.stdout).unwrap().contains("letter-missing"));
    let schema = faxtriage().args(["rules", "schema"]).output().unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(&schema.stdout).is_ok());
}

#[test]
fn every_problem_of_a_pack_is_told_at_once_and_ends_with_2() {
    let place = Place::new();
    fs::write(place.path().join("pack.toml"), "id = 1\nno_such_key = 2\n").unwrap();
    let output = faxtriage().args(["rules", "check"]).arg(place.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(String::from_utf8(output.stdout).unwrap().contains("pack.toml"));
}

#[test]
#[cfg(debug_assertions)]
fn a_form_is_tried_and_its_mistakes_are_told_under_its_own_name() {
    let place = Place::new();
    let blank = place.fax("blank.tif", "pages=1");
    let definition = place.path().join("mine.toml");
    let run = |text: &str| {
        std::fs::write(&definition, text).unwrap();
        let mut command = faxtriage();
        command.args(["form", "try"]).arg(&definition).arg(&blank).args(["--made-up", "--no-second-reader"]);
        command.arg("--images").arg(place.path().join("drawn")).output().unwrap()
    };
    let good = "id = \"mine\"\npurpose = \"reassignment\"\ntitles = [\"My Form\"]\n[[field]]\nid = \"member_name\"\nkind = \"name\"\nlabels = [\"Member\"]\n";
    let output = run(good);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("form mine") && told.contains("hint: nothing of the form was found on this page"), "{told}");
    let drawn = std::fs::read(place.path().join("drawn/page-001.png")).unwrap();
    assert!(drawn.starts_with(b"\x89PNG"), "the page is drawn even where nothing was found");
    let output = run(&good.replace("labels", "lables"));
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("mine.toml:7"), "{}", said(&output));
}
