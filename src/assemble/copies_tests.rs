use super::super::story::*;
use super::super::{PageOutcome, Request, assemble_with};
use super::*;
use crate::answer::{Confidence, Reading};
use crate::reading::{PageReading, Value};

/// Traces of one file with these pages, received as `name`.
fn file(name: &str, mut pages: Vec<PageReading>) -> Vec<Trace> {
    for (number, page) in (0u32..).zip(&mut pages) {
        // Boilerplate in common, and a few words of each paper's own.
        let own = page
            .letter
            .as_ref()
            .and_then(|l| l.addressee.as_ref())
            .and_then(|a| a.name.as_ref())
            .map_or(7, |n| n.len() as u32);
        page.fingerprint.words = (0..40).map(|w| w * 1000 + number).chain([own * 77 + 1]).collect();
        page.fingerprint.words.sort_unstable();
    }
    let mut transmission = transmission();
    transmission.source_file = name.into();
    transmission.sha256 = super::super::trace::fake_hash(name);
    let outcomes: Vec<PageOutcome> = pages.into_iter().map(read).collect();
    let requests: Vec<Request> = assemble_with(&transmission, &outcomes, &settings());
    requests.iter().map(|request| Trace::of(request, &outcomes, &transmission.sha256)).collect()
}

fn linked(files: Vec<Vec<Trace>>) -> Vec<CopyLink> {
    link_copies(&files.concat(), b"salt", |_| Vec::new())
}

fn ana() -> PageReading {
    form("Ana Ramirez", "94448812D", "2001-03-17")
}

fn set(page: &mut PageReading, field: &str, reading: Reading<Value>, confidence: f32) {
    let field = page.form.as_mut().unwrap().fields.iter_mut().find(|f| f.field == field).unwrap();
    (field.reading, field.confidence) = (reading, Confidence::new(confidence));
}

#[test]
fn a_second_scan_is_a_duplicate_of_the_first() {
    let mut again = ana();
    set(&mut again, "member_id", Reading::Unreadable, 0.1);
    let files =
        vec![file("b.tif", vec![ana(), letter("Ana Ramirez")]), file("a.tif", vec![again, letter("Ana Ramirez")])];
    let ids: Vec<String> = files.iter().map(|f| f[0].request_id.clone()).collect();
    let links = linked(files);
    assert_eq!(links[0].duplicate_of.as_deref(), Some(ids[1].as_str()), "a.tif came first");
    assert_eq!(links[1], CopyLink::default());
}

#[test]
fn the_same_pages_fed_twice_are_one_request_and_siblings_are_two() {
    let sheets = || vec![ana(), letter("Ana Ramirez")];
    let mut twice = file("a.tif", [sheets(), sheets()].concat());
    assert_eq!(twice.len(), 2);
    // The second feed has the words of the first.
    twice[1].pages = twice[0].pages.clone();
    let links = linked(vec![twice.clone()]);
    assert_eq!(links[1].duplicate_of.as_deref(), Some(twice[0].request_id.as_str()));
    assert_eq!(links[0], CopyLink::default());
    let luis = vec![form("Luis Ramirez", "94448813E", "2001-03-17"), letter("Luis Ramirez")];
    let siblings = file("b.tif", [sheets(), luis].concat());
    assert!(linked(vec![siblings]).iter().all(|link| *link == CopyLink::default()));
}

#[test]
fn the_same_file_twice_is_told_even_when_it_holds_no_request() {
    let mut files = vec![file("a.tif", vec![cover(&["FAX"])]), file("b.tif", vec![cover(&["FAX"])])];
    files[1][0].sha256 = files[0][0].sha256.clone();
    assert!(linked(files)[1].duplicate_of.is_some());
    let different = vec![file("a.tif", vec![cover(&["FAX"])]), file("b.tif", vec![cover(&["FAX"])])];
    assert_eq!(linked(different)[1], CopyLink::default());
}

#[test]
fn twins_and_siblings_on_one_day_are_two_requests() {
    let luis = || form("Luis Ramirez", "94448813E", "2001-03-17");
    let files =
        vec![file("a.tif", vec![ana(), letter("Ana Ramirez")]), file("b.tif", vec![luis(), letter("Luis Ramirez")])];
    assert_eq!(linked(files), [CopyLink::default(), CopyLink::default()]);
    // The ids could not be read: the given names still tell them apart.
    let faint = |mut page: PageReading| {
        set(&mut page, "member_id", Reading::Unreadable, 0.1);
        page
    };
    let files = vec![
        file("a.tif", vec![faint(ana()), letter("Ana Ramirez")]),
        file("b.tif", vec![faint(luis()), letter("Luis Ramirez")]),
    ];
    assert_eq!(linked(files), [CopyLink::default(), CopyLink::default()]);
    let one_fax = file("a.tif", vec![ana(), luis(), letter("Ana Ramirez"), letter("Luis Ramirez")]);
    assert_eq!(linked(vec![one_fax]), [CopyLink::default(), CopyLink::default()]);
}

#[test]
fn another_date_or_reason_is_another_request() {
    let mut later = ana();
    set(&mut later, "request_date", Reading::Read(Value::Date(day("2026-11-19"))), 0.9);
    let mut other = ana();
    for option in &mut other.form.as_mut().unwrap().choices[0].options {
        option.mark = if option.mark == Mark::Checked { Mark::Unchecked } else { Mark::Checked };
    }
    for page in [later, other] {
        let files =
            vec![file("a.tif", vec![ana(), letter("Ana Ramirez")]), file("b.tif", vec![page, letter("Ana Ramirez")])];
        assert_eq!(linked(files)[1], CopyLink::default());
    }
}

#[test]
fn a_resend_with_what_was_missing_supersedes_the_first() {
    let mut undated = ana();
    set(&mut undated, "request_date", Reading::Blank, 0.95);
    let fuller = || file("b.tif", vec![ana(), letter("Ana Ramirez")]);
    for first in [
        vec![ana()],
        vec![undated, letter("Ana Ramirez")],
        vec![letter("Ana Ramirez")],
        vec![ana(), letter("Tiffany Mendoza")],
    ] {
        let first = file("a.tif", first);
        let old = first[0].request_id.clone();
        let links = linked(vec![first, fuller()]);
        assert_eq!(links[0].superseded_by, Some(fuller()[0].request_id.clone()));
        assert_eq!(links[1], CopyLink { supersedes: vec![old], ..CopyLink::default() });
    }
}

#[test]
fn a_resend_with_less_is_a_duplicate_of_the_fuller_one() {
    let links = linked(vec![
        file("a.tif", vec![ana(), letter("Ana Ramirez")]),
        file("b.tif", vec![ana()]),
        file("c.tif", vec![ana(), letter("Ana Ramirez")]),
    ]);
    assert_eq!(links[0], CopyLink::default());
    assert!(links[1].duplicate_of.is_some());
    assert_eq!(links[2].duplicate_of, links[1].duplicate_of, "copies point to the first, not to each other");
}

#[test]
fn sealed_traces_of_an_earlier_night_are_found_and_name_nobody() {
    let old: Vec<Trace> =
        file("a.tif", vec![ana(), letter("Ana Ramirez")]).into_iter().map(|t| t.seal(b"salt")).collect();
    let stored = serde_json::to_string(&old[0]).unwrap();
    for value in ["Ana", "Ramirez", "94448812D", "2001-03-17", "2026-11-14"] {
        assert!(!stored.contains(value), "{value}");
    }
    let old: Trace = serde_json::from_str(&stored).unwrap();
    let tonight = |pages| {
        link_copies(&file("b.tif", pages), b"salt", |keys| {
            if old.keys(b"salt").iter().any(|k| keys.contains(k)) { vec![old.clone()] } else { Vec::new() }
        })
    };
    assert_eq!(tonight(vec![ana(), letter("Ana Ramirez")])[0].duplicate_of.as_deref(), Some(old.request_id.as_str()));
    assert_eq!(
        tonight(vec![form("Luis Ramirez", "94448813E", "2001-03-17"), letter("Luis Ramirez")])[0],
        CopyLink::default()
    );
}

#[test]
fn what_was_missing_may_come_on_a_later_night() {
    let night = |pages| -> Vec<Trace> { file("a.tif", pages).into_iter().map(|t| t.seal(b"salt")).collect() };
    let tonight = |old: &[Trace], pages| {
        let links = link_copies(&file("b.tif", pages), b"salt", |keys| {
            old.iter().filter(|t| t.keys(b"salt").iter().any(|k| keys.contains(k))).cloned().collect()
        });
        links[0].clone()
    };
    let whole = || vec![ana(), letter("Ana Ramirez")];
    let lacking = night(vec![ana()]);
    let replaced = |old: &Trace| EarlierCopy { request_id: old.request_id.clone(), source_file: "a.tif".into() };
    let link = tonight(&lacking, whole());
    assert_eq!((link.duplicate_of, link.supersedes_earlier), (None, vec![replaced(&lacking[0])]));
    // A copy of an earlier night is spoken for by its first.
    let mut copy = lacking.clone();
    copy[0].duplicate_of = Some("0123456789ab-1".into());
    assert!(tonight(&copy, whole()).supersedes_earlier.is_empty());
    // Nothing new came, or somebody else's.
    assert!(tonight(&night(whole()), whole()).supersedes_earlier.is_empty());
    let luis = vec![form("Luis Ramirez", "94448813E", "2001-03-17"), letter("Luis Ramirez")];
    assert_eq!(tonight(&lacking, luis), CopyLink::default());
}

#[test]
fn portal_forms_are_copies_only_when_every_field_agrees() {
    let portal = |user: &str| {
        form_page(
            PORTAL,
            vec![
                field("provider_name", Some(Value::Text("Rosa Brandt".into()))),
                field("provider_npi", Some(Value::Text("1234567893".into()))),
                field("request_date", Some(Value::Date(day("2026-11-14")))),
                field("users", Some(Value::Lines(vec![user.into()]))),
            ],
        )
    };
    let links = linked(vec![
        file("a.tif", vec![portal("Mai Lor")]),
        file("b.tif", vec![portal("Mai Lor")]),
        file("c.tif", vec![portal("Eva Kim")]),
    ]);
    assert!(links[1].duplicate_of.is_some());
    assert_eq!(links[2], CopyLink::default());
}
