//! The worker: one line in, one line out, and no way to anywhere else.

#![cfg(debug_assertions)]

use serde_json::Value;

use crate::place::{Place, faxtriage};

/// Sends requests for pages of one made-up document and gives the results.
fn ask(place: &Place, document: &str, pages: &[u32]) -> (Vec<Value>, Option<i32>) {
    let path = place.fax("a.fax", document);
    let requests: String = pages
        .iter()
        .map(|page| {
            serde_json::json!({ "v": 1, "id": format!("p{page}"), "path": path, "page": page }).to_string() + "\n"
        })
        .collect();
    let output = faxtriage()
        .args(["worker", "--made-up", "--no-second-reader", "--inbox"])
        .arg(place.inbox())
        .write_stdin(requests)
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output.status.code())
}

#[test]
fn counts_pages_reads_pages_and_ends_with_the_input() {
    let (results, code) = ask(&Place::new(), "pages=2", &[0, 1, 2]);
    assert_eq!(code, Some(0));
    assert_eq!(results.len(), 3);
    assert_eq!((&results[0]["pages"], &results[0]["container"]), (&2.into(), &"tiff".into()));
    assert_eq!(
        (&results[2]["id"], &results[2]["status"], &results[2]["reading"]["page"]),
        (&"p2".into(), &"ok".into(), &2.into())
    );
}

#[test]
fn bad_documents_are_results() {
    let (results, code) = ask(&Place::new(), "pages=3\n1 encrypted\n2 panic\n3 timeout", &[1, 2, 3]);
    let statuses: Vec<&str> = results.iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["rejected", "failed", "timeout"]);
    assert_eq!(results[0]["rejection"]["why"], "encrypted");
    assert_eq!(code, Some(0));
}

#[test]
fn what_a_library_prints_does_not_reach_the_protocol() {
    let (results, _) = ask(&Place::new(), "pages=1\n1 noise", &[1]);
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["status"], "ok");
}

#[test]
fn a_worker_without_an_engine_says_so_and_ends_with_2() {
    let output = faxtriage()
        .args(["worker", "--no-second-reader", "--rules", "/nonexistent"])
        .write_stdin("{\"v\":1,\"id\":\"a\",\"hello\":\"ready\"}\n")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(target_os = "linux")]
mod sandbox {
    use super::*;

    fn hello(place: &Place) -> Value {
        let output = faxtriage()
            .args(["worker", "--made-up", "--no-second-reader", "--inbox"])
            .arg(place.inbox())
            .write_stdin("{\"v\":1,\"id\":\"a\",\"hello\":\"ready\"}\n")
            .output()
            .unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["hello"]["sandbox"].clone()
    }

    #[test]
    fn the_worker_says_what_holds_it() {
        let held = hello(&Place::new());
        assert_eq!(held["memory_bytes"], 1u64 << 30);
        assert_eq!(held["no_core_dump"], true);
        assert_eq!(held["no_new_privileges"], true);
    }

    #[test]
    fn no_socket_and_no_program() {
        let place = Place::new();
        if hello(&place)["seccomp"] != true {
            return; // a kernel without seccomp filters: the worker has said so
        }
        let (results, _) = ask(&place, "pages=1\n1 socket\n1 program", &[1]);
        assert_eq!(results[0]["reading"]["notes"], serde_json::json!(["socket-denied", "program-denied"]));
    }

    #[test]
    fn no_file_outside_its_input() {
        let place = Place::new();
        let outside = place.path().join("roster.csv");
        std::fs::write(&outside, "x").unwrap();
        let inside = place.fax("b.fax", "x");
        if hello(&place)["landlock"] == "none" {
            return; // a kernel without Landlock: the worker has said so
        }
        let document =
            format!("pages=1\n1 file {}\n1 file {}\n1 file /etc/passwd", inside.display(), outside.display());
        let (results, _) = ask(&place, &document, &[1]);
        assert_eq!(results[0]["reading"]["notes"], serde_json::json!(["file-allowed", "file-denied", "file-denied"]));
    }

    #[test]
    fn nothing_is_written_not_even_in_its_input() {
        let place = Place::new();
        let new = place.inbox().join("new");
        let (results, _) = ask(&place, &format!("pages=1\n1 write {}", new.display()), &[1]);
        assert_eq!(results[0]["reading"]["notes"], serde_json::json!(["write-denied"]));
        assert!(!new.exists());
    }
}
